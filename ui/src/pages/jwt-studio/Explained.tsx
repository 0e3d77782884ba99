import { Alert, Anchor, Badge, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { text } from '../../text';
import { type Explanation, type NearRoute, type PluginInChain, shown, stepOf } from '../../tokens/explain';
import { StepList } from './StepList';

/** The way of a request through the gateway, as far as it would come. */
export function Explained({ explanation }: { explanation: Explanation }) {
  const { outcome, route, near_routes: near, plugins } = explanation;
  const { answer } = outcome;
  return (
    <Stack mt="md" component="section" aria-label={text.explain.whole}>
      <Alert
        color={outcome.passes ? 'teal' : 'red'}
        role="status"
        title={outcome.passes ? text.explain.passes : text.explain.refused(answer?.status ?? 0)}
      >
        {answer?.body && <Code className="breakable">{JSON.stringify(answer.body)}</Code>}
      </Alert>
      <Part title={text.explain.route}>
        {route ? (
          <Group gap="xs">
            <To kind="routes" id={route.id} name={route.name} />
            <Text size="sm">{route.matched_path ? text.explain.byPath(route.matched_path) : text.explain.taken}</Text>
          </Group>
        ) : (
          <Text size="sm">{text.explain.noRoute}</Text>
        )}
        {near.length > 0 && <Near routes={near} isOpen={route === null} />}
      </Part>
      <Part title={text.explain.plugins}>
        {plugins.length === 0 && <Text size="sm">{text.explain.noPlugins}</Text>}
        {plugins.map((plugin) => (
          <InChain key={plugin.id} plugin={plugin} />
        ))}
      </Part>
      {explanation.upstream && <Onward explanation={explanation} />}
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Stack gap="xs">{children}</Stack>
    </div>
  );
}

function To({ kind, id, name }: { kind: string; id: string; name: string | null }) {
  return (
    <Anchor component={Link} to={`/${kind}/${id}`} size="sm" fw={600} className="breakable">
      {name ?? id.slice(0, 8)}
    </Anchor>
  );
}

/** Those that it might have been, and by what they are not. */
function Near({ routes, isOpen }: { routes: NearRoute[]; isOpen: boolean }) {
  return (
    <details open={isOpen}>
      <summary className="summary">{text.explain.near(routes.length)}</summary>
      <List size="sm" mt={4}>
        {routes.map(({ id, name, because, wanted }) => (
          <List.Item key={id}>
            <To kind="routes" id={id} name={name} /> {because}
            {Object.entries(wanted).map(([field, value]) => (
              <Text key={field} size="sm" c="dimmed" className="breakable">
                {text.explain.wantedBy(field, shown(value))}
              </Text>
            ))}
          </List.Item>
        ))}
      </List>
    </details>
  );
}

const COLOURS: Record<PluginInChain['decision'], string> = {
  refuses: 'red',
  'lets pass': 'teal',
  'is not reached': 'gray',
  'is not tried here': 'gray',
};

function InChain({ plugin: { id, name, scope, decision, steps } }: { plugin: PluginInChain }) {
  const scopes = scope === 'everything' ? [] : Object.keys(scope);
  const where = scopes.map((part) => text.explain.scope[part] ?? part).join(', ');
  return (
    <div>
      <Group gap="xs" mb={steps ? 'xs' : 0}>
        <To kind="plugins" id={id} name={name} />
        <Text size="sm" c="dimmed">
          {where || text.explain.everywhere}
        </Text>
        <Badge variant="outline" tt="none" color={COLOURS[decision]}>
          {text.explain.decisions[decision]}
        </Badge>
      </Group>
      {steps && <StepList steps={steps.map(stepOf)} />}
    </div>
  );
}

/** Whose it would be, and what would be called. */
function Onward({ explanation: { consumer, upstream } }: { explanation: Explanation }) {
  if (!upstream) return null;
  return (
    <Part title={text.explain.calls}>
      <Text size="sm" className="breakable">
        {text.explain.consumer}:{' '}
        {consumer ? (
          <To kind="consumers" id={consumer.id} name={consumer.username ?? consumer.custom_id} />
        ) : (
          text.explain.noConsumer
        )}
      </Text>
      <Text size="sm" className="breakable">
        {text.explain.service}: <To kind="services" {...upstream.service} /> <Code>{upstream.url}</Code>
      </Text>
      {upstream.targets && (
        <>
          <Text size="sm">{text.explain.targets(upstream.targets.upstream)}:</Text>
          <List size="sm">
            {upstream.targets.one_of.map(({ target, health }) => (
              <List.Item key={target}>
                {target} ({health})
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Part>
  );
}
