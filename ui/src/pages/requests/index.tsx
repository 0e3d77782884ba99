import { Button, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { everything } from '../../following/followed';
import { useFollowing } from '../../following/useFollowing';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { Filters } from './Filters';
import { Requests } from './Requests';

/** Requests, while they come in. */
export default function RequestsPage() {
  const [wanted, setWanted] = useState(everything);
  const [isPaused, setPaused] = useState(false);
  const [settled] = useDebouncedValue(wanted, 300);
  const { seen, state: following, error, forget } = useFollowing(settled, isPaused);
  const words = text.following;
  const state = wanted === settled ? following : 'waiting';
  return (
    <Stack>
      <PageHeader page="requests" />
      <Filters wanted={wanted} change={(changed) => setWanted({ ...wanted, ...changed })} />
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={isPaused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
          onClick={() => setPaused(!isPaused)}
        >
          {isPaused ? words.goOn : words.pause}
        </Button>
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={forget}>
          {words.clear}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {isPaused ? words.isPaused : words.states[state]}
          {seen.missed > 0 && ` ${words.missed(seen.missed)}`}
        </Text>
      </Group>
      {error && <Failure error={error} />}
      <Requests requests={seen.requests} />
    </Stack>
  );
}
