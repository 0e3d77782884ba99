import { Badge, Card, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { text } from '../../text';
import type { Tried } from '../../trying/tried';

/** What came back. */
export function Answer({ answer: { status, headers, body, body_is_cut: isCut } }: { answer: Tried['answer'] }) {
  const words = text.trying;
  return (
    <Card withBorder component="section" aria-label={words.answer}>
      <Stack gap="sm">
        <Group gap="sm">
          <Title order={2} size="h4">
            {words.answer}
          </Title>
          <Badge variant="dot" tt="none" color={status < 400 ? 'teal' : 'orange'}>
            {status}
          </Badge>
        </Group>
        {body !== '' && (
          <Code block className="breakable" tabIndex={0}>
            {body}
          </Code>
        )}
        {isCut && <Text size="sm">{words.isCut}</Text>}
        <Table verticalSpacing={2} aria-label={words.headers}>
          <Table.Tbody>
            {headers.map(([name, value], index) => (
              // A field may come twice, and none moves.
              <Table.Tr key={index}>
                <Table.Td>{name}</Table.Td>
                <Table.Td className="breakable">{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Card>
  );
}
