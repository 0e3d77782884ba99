import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from 'react-router';
import { ask, pathOf } from '../../api/client';
import { useRecords } from '../../api/records';
import { titleOf } from '../../entities/catalogue';
import { text } from '../../text';
import { Titled } from './Charts';

/** Of more than that, one looks at the list. */
const SHOWN = 20;

/** How often is asked, in milliseconds. */
const EVERY = 10_000;

/** Which upstreams are well. */
export function Upstreams() {
  const { records, isPending } = useRecords('/upstreams');
  const shown = records.slice(0, SHOWN);
  const healths = useQueries({
    queries: shown.map(({ id }) => ({
      queryKey: ['health', id],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await ask<{ data: { id: string; health: string }[] }>(`${pathOf('upstreams', id)}/health`, { signal })).body,
      refetchInterval: EVERY,
    })),
  });
  return (
    <Titled title={text.overview.upstreams}>
      {!isPending && records.length === 0 && <Text size="sm">{text.overview.noUpstreams}</Text>}
      <Stack gap="xs">
        {shown.map((upstream, index) => (
          <Group key={upstream.id} gap="sm">
            <Anchor component={Link} to={`/upstreams/${upstream.id}/targets`} size="sm" fw={500} className="breakable">
              {titleOf('upstreams', upstream)}
            </Anchor>
            <Health targets={healths[index]?.data?.data} />
          </Group>
        ))}
      </Stack>
      {records.length > SHOWN && (
        <Anchor component={Link} to="/upstreams" size="sm">
          {text.overview.moreUpstreams(records.length - SHOWN)}
        </Anchor>
      )}
    </Titled>
  );
}

const ILL = ['UNHEALTHY', 'DNS_ERROR'];

function Health({ targets }: { targets?: { health: string }[] }) {
  if (!targets) return null;
  const healthy = targets.filter(({ health }) => !ILL.includes(health)).length;
  const colour = healthy === targets.length && healthy > 0 ? 'teal' : healthy > 0 ? 'orange' : 'red';
  return (
    <Badge variant="dot" tt="none" color={colour}>
      {text.overview.healthy(healthy, targets.length)}
    </Badge>
  );
}
