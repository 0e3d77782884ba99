import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconLock } from '@tabler/icons-react';
import { ApiError } from '../api/client';
import { NotFound } from '../shell/NotFound';
import { text } from '../text';

/** Why something cannot be shown. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  if (error instanceof ApiError && error.status === 401) {
    return (
      <Alert color="yellow" icon={<IconLock />} title={text.failures.tokenNeeded} role="alert">
        <Stack gap="xs">
          <Text size="sm">{text.failures.tokenNeededHint}</Text>
          <Code block>gibbon admin-token new</Code>
        </Stack>
      </Alert>
    );
  }
  return (
    <Alert color="red" icon={<IconAlertCircle />} title={text.failures.title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {text.failures.again}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
