import { Alert, Card, Title } from '@mantine/core';
import { text } from '../../text';
import type { Step } from '../../tokens/verdict';
import { StepList } from './StepList';

/** Steps that led to an answer, and the answer. */
export function Verdict({ steps }: { steps: Step[] }) {
  const isRefused = steps.some(({ outcome }) => outcome === 'failed');
  const has = (what: string, outcome: Step['outcome']) =>
    steps.some((step) => step.what === what && step.outcome === outcome);
  const { signature, others } = text.studio.steps;
  const isSure = isRefused || (has(signature, 'passed') && !has(others, 'noted'));
  const title = isRefused ? text.studio.refused : isSure ? text.studio.accepted : text.studio.undecided;
  return (
    <Card withBorder component="section" aria-label={text.studio.verdict}>
      <Title order={2} size="h5" mb="sm">
        {text.studio.verdict}
      </Title>
      <Alert color={isRefused ? 'red' : isSure ? 'teal' : 'gray'} role="status" title={title} mb="md" />
      <StepList steps={steps} />
    </Card>
  );
}
