import { Alert, Stack, Tooltip } from '@mantine/core';
import { text } from '../text';
import { looks } from './looks';
import { Prose } from './Prose';
import { useFindingsById } from './useFindings';

/** What was found about a record, on its page. */
export function Notes({ id }: { id: string }) {
  const findings = useFindingsById()(id);
  if (findings.length === 0) return null;
  return (
    <Stack gap="xs">
      {findings.map(({ code, severity, message }) => {
        const { color, Icon } = looks[severity];
        return (
          <Alert key={code} color={color} icon={<Icon />} role="note" title={text.lint.title(severity, code)}>
            <Prose words={message} />
          </Alert>
        );
      })}
    </Stack>
  );
}

/** The same in a list: a mark that says it. */
export function NoteMark({ id }: { id: string }) {
  const findings = useFindingsById()(id);
  const [worst] = findings;
  if (!worst) return null;
  const { color, Icon } = looks[worst.severity];
  const words = findings.map(({ code, severity, message }) => `${text.lint.title(severity, code)}: ${message}`);
  return (
    <Tooltip label={words.join(' ')} multiline w={320} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what it says is shown when it is reached by keyboard */}
      <span className="note-mark" role="img" tabIndex={0} aria-label={words.join(' ')}>
        <Icon size={16} color={`var(--mantine-color-${color}-text)`} aria-hidden />
      </span>
    </Tooltip>
  );
}
