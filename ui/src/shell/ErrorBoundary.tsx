import { Alert, Button, Stack, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { text } from '../text';

interface State {
  error?: Error;
}

/** A page that fails does not take the others with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Alert color="red" title={text.shell.failed} role="alert">
        <Stack align="flex-start" gap="xs">
          <Text size="sm">{error.message}</Text>
          <Button size="xs" variant="default" onClick={() => location.reload()}>
            {text.shell.reload}
          </Button>
        </Stack>
      </Alert>
    );
  }
}
