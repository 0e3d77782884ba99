import { Anchor, Badge, Button, Card, Code, Collapse, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type RecordChange, useRecordChanges, type Write } from '../../api/history';
import { collectionOf, entities, titleOf } from '../../entities/catalogue';
import { Difference } from '../../forms/Changes';
import { changes } from '../../forms/values';
import { Failure } from '../../records/Failure';
import { Time } from '../../records/values';
import { text } from '../../text';
import { UndoButton } from './UndoButton';

/** One write: what, when, by whom, and what it did. */
export function WriteCard({ write }: { write: Write }) {
  const { revision, at, method, path, undoes, records } = write;
  const [opened, { toggle }] = useDisclosure(false);
  const words = records === 1 ? text.history.show : text.history.records(records);
  const Icon = opened ? IconChevronUp : IconChevronDown;
  return (
    <Card withBorder padding="sm" component="article" aria-label={text.history.revision(revision)}>
      <Group justify="space-between" align="flex-start">
        <div className="grow search">
          <Group gap="xs">
            <Badge variant="outline" tt="none" color={colourOf(write)}>
              {undoes === null ? wordFor(method) : text.history.undone(undoes)}
            </Badge>
            <Title write={write} />
          </Group>
          <Group gap="xs" mt={4}>
            <Time seconds={at} />
            <Text size="sm" c="dimmed">
              {authorOf(write)}
            </Text>
            <Code className="breakable">
              {method} {path}
            </Code>
          </Group>
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            rightSection={<Icon size={14} aria-hidden />}
            aria-expanded={opened}
            aria-label={text.history.showOf(words, revision)}
            onClick={toggle}
          >
            {words}
          </Button>
          <UndoButton write={write} />
        </Group>
      </Group>
      <Collapse expanded={opened}>{opened && <WhatItDid revision={revision} />}</Collapse>
    </Card>
  );
}

/** What it was about; what has pages of its own and is still there is linked. */
function Title({ write: { entity, method } }: { write: Write }) {
  if (!entity) return null;
  const collection = collectionOf(entity.kind);
  const title = entity.name ?? entity.id.slice(0, 8);
  const hasPages = entities.some((other) => other.schema === entity.kind) && method !== 'DELETE';
  return (
    <>
      {hasPages ? (
        <Anchor component={Link} to={`/${collection}/${entity.id}`} size="sm" fw={600} className="breakable">
          {title}
        </Anchor>
      ) : (
        <Text size="sm" fw={600} className="breakable">
          {title}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {text.kinds[collection]?.one ?? entity.kind}
      </Text>
    </>
  );
}

function WhatItDid({ revision }: { revision: number }) {
  const { data, error } = useRecordChanges(revision);
  if (error) return <Failure error={error} />;
  if (!data) return <Skeleton height={60} mt="sm" />;
  return (
    <Stack mt="sm" gap="md">
      {data.map((change) => (
        <RecordDifference key={`${change.kind} ${change.id}`} change={change} isOnly={data.length === 1} />
      ))}
    </Stack>
  );
}

/** When a record was made and changed says the write itself. */
const STAMPS = ['created_at', 'updated_at'];

function RecordDifference({ change: { kind, id, before, after }, isOnly }: { change: RecordChange; isOnly: boolean }) {
  const differences = changes(before ?? undefined, after ?? {}).filter(({ path }) => !STAMPS.includes(path));
  return (
    <Stack gap={4}>
      {!isOnly && (
        <Text size="sm" fw={600}>
          {titleOf(collectionOf(kind), after ?? before ?? { id })} ({kind})
        </Text>
      )}
      {differences.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.history.same}
        </Text>
      )}
      {differences.map((difference) => (
        <Difference key={difference.path} schema={kind} change={difference} />
      ))}
    </Stack>
  );
}

function wordFor(method: string): string {
  if (method === 'POST') return text.history.created;
  return method === 'DELETE' ? text.history.deleted : text.history.changed;
}

function colourOf({ method, undoes }: Write): string {
  if (undoes !== null) return 'gray';
  return { POST: 'teal', DELETE: 'red' }[method] ?? 'blue';
}

/** The name of the token, or else the address. The port says nothing to anybody. */
function authorOf({ who: { token, peer } }: Write): string {
  if (token) return text.history.by(token);
  return peer ? text.history.from(peer.replace(/:\d+$/, '')) : '';
}
