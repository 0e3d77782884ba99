import { Card, Code, Table, Text, Title } from '@mantine/core';
import type { Json, JsonObject } from '../../api/client';
import type { Meaning } from '../../tokens/claims';

interface MembersProps {
  title: string;
  members: JsonObject;
  meaning: (name: string, value: Json) => Meaning;
}

/** The members of a part of a token, and what each of them means. */
export function Members({ title, members, meaning }: MembersProps) {
  return (
    <Card withBorder p={0}>
      <Title order={2} size="h5" p="sm">
        {title}
      </Title>
      <Table aria-label={title} verticalSpacing="xs">
        <Table.Tbody>
          {Object.entries(members).map(([name, value]) => {
            const { words, isBad } = meaning(name, value);
            return (
              <Table.Tr key={name}>
                <Table.Th scope="row" className="claim-name">
                  <Code className="breakable">{name}</Code>
                </Table.Th>
                <Table.Td>
                  <Code className="breakable claim-value">
                    {typeof value === 'string' ? value : JSON.stringify(value)}
                  </Code>
                  <Text size="sm" c={isBad ? 'var(--mantine-color-error)' : 'dimmed'} fw={isBad ? 600 : undefined}>
                    {words}
                  </Text>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
