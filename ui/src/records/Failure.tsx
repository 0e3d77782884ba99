import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { ApiError } from '../api/client';
import { NotFound } from '../shell/NotFound';
import { text } from '../text';

/** Why something cannot be shown. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
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
