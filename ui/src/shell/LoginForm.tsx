import { Button, Code, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLogin } from '../api/session';
import { Prose } from '../lint/Prose';
import { text } from '../text';

/** Asks for a token. */
export function LoginForm({ why }: { why: string }) {
  const [token, setToken] = useState('');
  const trying = useMutation({ mutationFn: useLogin() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    trying.mutate(token.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">
          <Prose words={reasonIn(why)} />
        </Text>
        <PasswordInput
          label={text.session.token}
          description={text.session.loginHint}
          autoComplete="current-password"
          data-autofocus
          autoFocus
          required
          withAsterisk={false}
          value={token}
          error={trying.error && <Prose words={reasonIn(trying.error.message)} />}
          visibilityToggleButtonProps={{ 'aria-label': text.session.show }}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <div>
          <Button type="submit" loading={trying.isPending}>
            {text.session.login}
          </Button>
        </div>
        <Text size="sm" c="dimmed">
          {text.session.howToMake} <Code>gibbon admin-token new</Code>
        </Text>
      </Stack>
    </form>
  );
}

/** The gateway's reason, without what it says of header fields to those who send them by hand. */
const reasonIn = (message: string): string => message.split(': ')[0] ?? message;
