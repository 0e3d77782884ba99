import { Alert, Badge, Card, Code, Group, Pagination, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { looks } from '../../lint/looks';
import { Prose } from '../../lint/Prose';
import { type Finding, type Severity, useFindings } from '../../lint/useFindings';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { RecordLink } from './RecordLink';

const PER_PAGE = 50;

/** Everything that was found, the worst first. */
export default function WarningsPage() {
  const { data, error, refetch } = useFindings();
  return (
    <Stack>
      <PageHeader page="warnings" />
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data ? (
        <Found findings={data.data} total={data.total} />
      ) : (
        <Skeleton height={240} />
      )}
    </Stack>
  );
}

const SEVERITIES: Severity[] = ['error', 'warning', 'info'];

function Found({ findings, total }: { findings: Finding[]; total: number }) {
  const [only, setOnly] = useState('all');
  const [page, setPage] = useState(1);
  if (findings.length === 0) {
    return <Alert color="teal" icon={<IconCircleCheck />} role="status" title={text.lint.nothing} />;
  }
  const shown = findings.filter(({ severity }) => only === 'all' || severity === only);
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const choose = (value: string) => {
    setOnly(value);
    setPage(1);
  };
  return (
    <>
      <Group justify="space-between">
        <SegmentedControl
          aria-label={text.lint.severity}
          value={only}
          onChange={choose}
          data={[
            { value: 'all', label: text.lint.all },
            ...SEVERITIES.map((severity) => ({ value: severity, label: text.lint.some(severity, count(severity)) })),
          ]}
        />
        <Text size="sm" c="dimmed" role="status">
          {text.lint.count(findings.length, total)}
        </Text>
      </Group>
      {shown.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((finding) => (
        <FindingCard key={`${finding.code} ${finding.entity.id}`} finding={finding} />
      ))}
      {pages > 1 && (
        <Pagination
          total={pages}
          value={page}
          onChange={setPage}
          getItemProps={(number) => ({ 'aria-label': text.lists.page(number) })}
          getControlProps={(control) => ({ 'aria-label': control })}
        />
      )}
    </>
  );
}

function FindingCard({ finding: { code, severity, entity, message } }: { finding: Finding }) {
  const { color, Icon } = looks[severity];
  return (
    <Card withBorder padding="sm">
      <Group gap="xs" mb={4}>
        <Badge color={color} variant="outline" tt="none" leftSection={<Icon size={12} aria-hidden />}>
          {text.lint.severities[severity]}
        </Badge>
        <RecordLink entity={entity} />
        <Code ml="auto">{code}</Code>
      </Group>
      <Text size="sm" className="breakable">
        <Prose words={message} />
      </Text>
    </Card>
  );
}
