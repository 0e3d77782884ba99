import { Anchor, Group, Skeleton, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useNode } from '../../api/records';
import { PageHeader } from '../../shell/PageHeader';
import { ReadOnlyNote } from '../../shell/ReadOnlyNote';
import { text } from '../../text';
import { DeclaredStart } from './DeclaredStart';
import { ProtectStep } from './ProtectStep';
import { ServeStep } from './ServeStep';
import type { Protected, Served } from './start';
import { TryStep } from './TryStep';

/** From nothing to an API that asks for tokens, in three steps. */
export default function FirstSteps() {
  const { data: node } = useNode();
  return (
    <Stack maw={760}>
      <PageHeader page="first-steps" />
      <ReadOnlyNote />
      {!node && <Skeleton height={320} />}
      {node && (node.configuration.database === 'off' ? <DeclaredStart /> : <ThreeSteps />)}
      <OtherWays />
    </Stack>
  );
}

function ThreeSteps() {
  const [served, setServed] = useState<Served>();
  const [guard, setGuard] = useState<Protected>();
  return (
    <>
      <ServeStep served={served} done={setServed} />
      <ProtectStep served={served} guard={guard} done={setGuard} />
      <TryStep served={served} guard={guard} />
    </>
  );
}

function OtherWays() {
  return (
    <section aria-label={text.firstSteps.other}>
      <Title order={2} size="h5" mb="xs">
        {text.firstSteps.other}
      </Title>
      <Group>
        <Anchor component={Link} to="/services/new" size="sm">
          {text.firstSteps.form}
        </Anchor>
        <Anchor component={Link} to="/configuration/import" size="sm">
          {text.firstSteps.file}
        </Anchor>
        <Anchor component={Link} to="/configuration/openapi" size="sm">
          {text.firstSteps.openApi}
        </Anchor>
      </Group>
    </section>
  );
}
