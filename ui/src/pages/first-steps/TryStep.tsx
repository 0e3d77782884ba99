import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useNode } from '../../api/records';
import { Copyable } from '../../forms/Copyable';
import { text } from '../../text';
import { curlLine, proxyAddress } from '../../tokens/requests';
import { canCompute, mint } from '../../tokens/signatures';
import { StepCard } from './StepCard';
import type { Protected, Served } from './start';

const MINUTES = 10;

/** Two requests: one that is refused, and one that is let in. */
export function TryStep({ served, guard }: { served?: Served; guard?: Protected }) {
  return (
    <StepCard number={3} title={text.firstSteps.try} state={served && guard ? 'open' : 'waiting'}>
      {served && guard && <Tries served={served} guard={guard} />}
    </StepCard>
  );
}

function Tries({ served, guard }: { served: Served; guard: Protected }) {
  const { data: node } = useNode();
  const { data: token, refetch } = useQuery({
    queryKey: ['first-token', guard.credential.id],
    queryFn: () => minted(guard),
    enabled: canCompute(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!node) return null;
  const base = proxyAddress(node);
  return (
    <Stack gap="sm">
      <Copyable label={text.firstSteps.without} value={curlLine(base, served.route)} />
      {!canCompute() && (
        <Alert color="yellow" role="note">
          {text.firstSteps.noSigning}
        </Alert>
      )}
      {token && (
        <>
          <Copyable label={text.firstSteps.with} value={curlLine(base, served.route, token)} />
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {text.firstSteps.withHint(MINUTES)}
            </Text>
            <Button size="xs" variant="default" onClick={() => void refetch()}>
              {text.firstSteps.newToken}
            </Button>
          </Group>
        </>
      )}
      <Onward served={served} guard={guard} token={token} />
    </Stack>
  );
}

function minted({ credential }: Protected): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: credential.key, iat: now, exp: now + MINUTES * 60 };
  return mint({ credential, secretIsBase64: false, privateKey: '', claims });
}

function Onward({ served, guard, token }: { served: Served; guard: Protected; token?: string }) {
  const links = [
    { to: `/services/${served.service.id}`, label: text.firstSteps.toService },
    { to: `/routes/${served.route.id}`, label: text.firstSteps.toRoute },
    { to: `/consumers/${guard.consumer.id}`, label: text.firstSteps.toConsumer },
  ];
  return (
    <Group component="nav" aria-label={text.firstSteps.onward}>
      {links.map(({ to, label }) => (
        <Anchor key={to} component={Link} to={to} size="sm">
          {label}
        </Anchor>
      ))}
      {token && (
        <Anchor component={Link} to="/jwt-studio" state={{ token }} size="sm">
          {text.firstSteps.toStudio}
        </Anchor>
      )}
    </Group>
  );
}
