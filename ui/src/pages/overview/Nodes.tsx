import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Around } from '../../overview/live';
import { text } from '../../text';
import { Titled } from './Titled';

/** The nodes that share the database, and what each serves. */
export function Nodes({ nodes }: { nodes: Around['nodes'] }) {
  const words = text.overview;
  const newest = Math.max(...nodes.map(({ revision }) => revision));
  return (
    <Titled title={words.nodes}>
      <Stack gap="xs">
        {nodes.map(({ id, hostname, version, revision }, index) => (
          <Group key={id} gap="sm">
            <Text size="sm" fw={500} className="breakable">
              {hostname}
            </Text>
            <Badge variant="dot" tt="none" color={revision === newest ? 'teal' : 'orange'}>
              {words.atRevision(revision)}
            </Badge>
            <Text size="sm" c="dimmed">
              {index === 0 ? words.thisNode(version) : version}
            </Text>
          </Group>
        ))}
      </Stack>
    </Titled>
  );
}
