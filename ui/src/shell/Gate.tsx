import { Card, Center, Group, Loader, Modal, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useOtherWindows, useSession, useTokenNeeded } from '../api/session';
import { Failure } from '../records/Failure';
import { text } from '../text';
import { LoginForm } from './LoginForm';

/** Who has shown no token yet sees nothing else; where a session ends, what is open stays and waits for one. */
export function Gate({ children }: { children: ReactNode }) {
  const { data: session, error, refetch } = useSession();
  const why = useTokenNeeded();
  useOtherWindows();
  if (session) {
    return (
      <>
        {children}
        <Again why={why} />
      </>
    );
  }
  return (
    <Center component="main" mih="100vh" p="md">
      {why !== null ? (
        <Login why={why} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Loader aria-label={text.lists.loading} />
      )}
    </Center>
  );
}

function Login({ why }: { why: string }) {
  return (
    <Card withBorder p="xl" w="100%" maw={460}>
      <Stack>
        <Group gap="sm">
          <img src="./icon.svg" alt="" width={32} height={32} />
          <Title order={1} size="h3">
            {text.session.title(text.product)}
          </Title>
        </Group>
        <LoginForm why={why} />
      </Stack>
    </Card>
  );
}

/** It cannot be closed: nothing behind it would answer. */
function Again({ why }: { why: string | null }) {
  return (
    <Modal
      opened={why !== null}
      onClose={() => undefined}
      title={text.session.ended}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      centered
      zIndex={300}
    >
      {why !== null && <LoginForm why={text.session.endedHint} />}
    </Modal>
  );
}
