import { Card, Stack, Table, Text, Title } from '@mantine/core';
import { reasonOf } from '../../overview/reason';
import { text } from '../../text';
import type { Tried } from '../../trying/tried';
import { Detail } from '../requests/Detail';

/** What the gateway did for the request, in its order. */
export function Way({ way }: { way: NonNullable<Tried['way']> }) {
  const words = text.trying;
  const time = text.overview.milliseconds;
  const asked = way.steps.filter(({ phase }) => phase !== 'response');
  const answered = way.steps.filter(({ phase }) => phase === 'response');
  const row = (key: string, what: string, took: string) => (
    <Table.Tr key={key}>
      <Table.Td>{what}</Table.Td>
      <Table.Td>{took}</Table.Td>
    </Table.Tr>
  );
  const steps = (list: typeof asked) =>
    list.map(({ phase, plugin, begun, took }) =>
      row(`${phase} ${plugin} ${begun}`, words.phases[phase](plugin ?? '', way.route), time(took)),
    );
  return (
    <Card withBorder component="section" aria-label={words.way}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {words.way}
        </Title>
        {way.refused && <Text fw={500}>{words.refused(reasonOf(way.refused.by, way.refused.reason))}</Text>}
        <Table verticalSpacing={4} aria-label={words.way}>
          <Table.Tbody>
            {steps(asked)}
            {way.tries.map(({ address, failure }) =>
              row(
                address,
                failure === null ? words.sentTo(address) : words.inVain(address),
                failure === null && way.latency.upstream !== null ? time(way.latency.upstream) : '–',
              ),
            )}
            {steps(answered)}
          </Table.Tbody>
        </Table>
        <Detail request={way} />
      </Stack>
    </Card>
  );
}
