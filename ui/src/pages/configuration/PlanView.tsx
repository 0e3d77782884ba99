import { Alert, Badge, Button, Card, Group, Modal, Progress, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMayChange } from '../../api/session';
import type { Plan, Step } from '../../declared/compare';
import { Difference } from '../../forms/Changes';
import { ReadOnlyNote } from '../../shell/ReadOnlyNote';
import { text } from '../../text';
import type { Comparison } from './useComparison';

/** More than that nobody reads at once. */
const SHOWN = 100;

const LOOKS: Record<Step['act'], { color: string; label: string }> = {
  create: { color: 'teal', label: text.declared.create },
  change: { color: 'blue', label: text.declared.change },
  delete: { color: 'red', label: text.declared.remove },
};

/** What would change, record by record, and the button that does it. */
export function PlanView({
  plan,
  comparison,
  hasDatabase,
}: {
  plan: Plan;
  comparison: Comparison;
  hasDatabase: boolean;
}) {
  const [asks, { open, close }] = useDisclosure(false);
  const mayChange = useMayChange();
  const { steps, same } = plan;
  const count = (act: Step['act']) => steps.filter((step) => step.act === act).length;
  const removed = count('delete');
  if (steps.length === 0) return <Alert color="teal" variant="light" role="status" title={text.declared.nothing} />;
  return (
    <Stack component="section" aria-label={text.declared.plan}>
      <ReadOnlyNote />
      <Group justify="space-between">
        <div>
          <Title order={2} size="h4">
            {text.declared.plan}
          </Title>
          <Text size="sm" c="dimmed" role="status">
            {text.declared.counts(count('create'), count('change'), removed, same)}
          </Text>
        </div>
        <Button
          color={removed > 0 ? 'red' : undefined}
          loading={comparison.isBusy}
          disabled={!mayChange}
          onClick={open}
        >
          {text.declared.apply(steps.length)}
        </Button>
      </Group>
      {comparison.done !== undefined && (
        <Progress
          value={(100 * comparison.done) / steps.length}
          aria-label={text.declared.progress(comparison.done, steps.length)}
        />
      )}
      {steps.slice(0, SHOWN).map((step) => (
        <StepCard key={`${step.kind} ${step.id}`} step={step} />
      ))}
      {steps.length > SHOWN && <Text size="sm">{text.declared.more(steps.length - SHOWN)}</Text>}
      <Modal
        opened={asks}
        onClose={close}
        title={text.declared.applyTitle(steps.length)}
        centered
        closeButtonProps={{ 'aria-label': text.records.cancel }}
      >
        <Text size="sm" mb="md">
          {removed === 0 && !hasDatabase ? text.declared.applyAllHint : text.declared.applyHint(removed)}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {text.records.cancel}
          </Button>
          <Button
            color={removed > 0 ? 'red' : undefined}
            onClick={() => {
              close();
              void comparison.apply();
            }}
          >
            {text.declared.apply(steps.length)}
          </Button>
        </Group>
      </Modal>
    </Stack>
  );
}

function StepCard({ step }: { step: Step }) {
  const { color, label } = LOOKS[step.act];
  return (
    <Card withBorder padding="sm">
      <Group gap="xs" mb={step.differences.length > 0 ? 'xs' : 0}>
        <Badge color={color} tt="none" variant="outline">
          {label}
        </Badge>
        <Text fw={600} size="sm" className="breakable">
          {step.title}
        </Text>
        <Text size="sm" c="dimmed">
          {step.kind}
        </Text>
      </Group>
      <Stack gap={4}>
        {step.differences.map((change) => (
          <Difference key={change.path} schema={step.kind} change={change} />
        ))}
      </Stack>
    </Card>
  );
}
