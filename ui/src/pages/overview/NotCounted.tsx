import { Alert, Button, Stack, Text } from '@mantine/core';
import { useRecords, useWrite } from '../../api/records';
import { useMayChange } from '../../api/session';
import { Failure } from '../../records/Failure';
import { text } from '../../text';

const COUNTING = { status_code_metrics: true, latency_metrics: true };

/** What has to be switched on for more than the number of requests to be known. */
export function NotCounted() {
  const { records, isPending } = useRecords('/plugins');
  const write = useWrite();
  const mayChange = useMayChange();
  if (isPending) return null;
  const isThere = records.some(({ name, enabled }) => name === 'prometheus' && enabled !== false);
  if (isThere) return <Alert variant="light" role="note" title={text.overview.noneYet} />;
  const count = () =>
    write.mutate({ method: 'POST', path: '/plugins', body: { name: 'prometheus', config: COUNTING } });
  return (
    <Alert variant="light" role="note" title={text.overview.notCounted}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text.overview.notCountedHint}</Text>
        <Button size="xs" variant="default" disabled={!mayChange} loading={write.isPending} onClick={count}>
          {text.overview.count}
        </Button>
        {write.error && <Failure error={write.error} />}
      </Stack>
    </Alert>
  );
}
