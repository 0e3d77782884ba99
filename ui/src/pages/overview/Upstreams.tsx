import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Around } from '../../overview/live';
import { text } from '../../text';
import { Titled } from './Titled';

/** Of more than that, one looks at the list. */
const SHOWN = 20;

/** Which upstreams are well. */
export function Upstreams({ around: { upstreams, upstreams_total: total } }: { around: Around }) {
  const shown = upstreams.slice(0, SHOWN);
  return (
    <Titled title={text.overview.upstreams}>
      {total === 0 && <Text size="sm">{text.overview.noUpstreams}</Text>}
      <Stack gap="xs">
        {shown.map(({ name, targets, healthy }) => (
          <Group key={name} gap="sm">
            <Anchor
              component={Link}
              to={`/upstreams/${encodeURIComponent(name)}/targets`}
              size="sm"
              fw={500}
              className="breakable"
            >
              {name}
            </Anchor>
            <Badge variant="dot" tt="none" color={colourOf(healthy, targets)}>
              {text.overview.healthy(healthy, targets)}
            </Badge>
          </Group>
        ))}
      </Stack>
      {total > shown.length && (
        <Anchor component={Link} to="/upstreams" size="sm">
          {text.overview.moreUpstreams(total - shown.length)}
        </Anchor>
      )}
    </Titled>
  );
}

function colourOf(healthy: number, targets: number) {
  if (healthy === 0) return 'red';
  return healthy === targets ? 'teal' : 'orange';
}
