import { ActionIcon, Badge, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconHeartbeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask, pathOf } from '../../api/client';
import { type RecordBody, useWrite } from '../../api/records';
import { useMayChange } from '../../api/session';
import type { Child } from '../../entities/entity';
import { RecordList } from '../../records/RecordList';
import { childListProps } from '../../records/RecordPage';
import { text } from '../../text';

type Health = 'HEALTHY' | 'UNHEALTHY' | 'DNS_ERROR' | 'HEALTHCHECKS_OFF';

/** How often the health is asked for while it is looked at, in milliseconds. */
const EVERY = 5_000;

const COLOURS: Record<Health, string> = {
  HEALTHY: 'teal',
  UNHEALTHY: 'red',
  DNS_ERROR: 'red',
  HEALTHCHECKS_OFF: 'gray',
};

/** The targets of an upstream, and how they are. */
export function TargetList({ child, upstream }: { child: Child; upstream: RecordBody }) {
  const health = useHealth(upstream.id);
  const mayChange = useMayChange();
  const props = childListProps('/upstreams', upstream, child, `/upstreams/${upstream.id}`);
  return (
    <RecordList
      {...props}
      extra={{ label: text.health.title, cell: ({ id }) => <HealthBadge health={health.get(id)} /> }}
      rowAction={mayChange ? (target) => <HealthMenu path={props.path} target={target} /> : undefined}
    />
  );
}

function useHealth(upstream: string): Map<string, Health> {
  const { data } = useQuery({
    queryKey: ['health', upstream],
    queryFn: async ({ signal }) =>
      (await ask<{ data: { id: string; health: Health }[] }>(`${pathOf('upstreams', upstream)}/health`, { signal }))
        .body,
    refetchInterval: EVERY,
  });
  return new Map((data?.data ?? []).map(({ id, health }) => [id, health]));
}

function HealthBadge({ health }: { health?: Health }) {
  return (
    <Badge variant="dot" tt="none" color={health ? COLOURS[health] : 'gray'}>
      {health ? text.health[health] : text.health.unknown}
    </Badge>
  );
}

/** Marks a target as well or ill, as a health check would. */
function HealthMenu({ path, target }: { path: string; target: RecordBody }) {
  const write = useWrite();
  const name = String(target.target);
  const mark = async (as: 'healthy' | 'unhealthy') => {
    try {
      await write.mutateAsync({ method: 'PUT', path: `${path}${pathOf(target.id)}/${as}` });
      notifications.show({ color: 'teal', message: text.health.marked(name) });
    } catch (error) {
      notifications.show({ color: 'red', title: text.failures.title, message: (error as Error).message });
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label={text.health.actionsFor(name)}>
          <IconHeartbeat size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void mark('healthy')}>{text.health.markHealthy}</Menu.Item>
        <Menu.Item onClick={() => void mark('unhealthy')}>{text.health.markUnhealthy}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
