import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { text } from '../text';

export function NotFound() {
  return (
    <Stack align="flex-start">
      <Title order={1} size="h2">
        {text.shell.notFound}
      </Title>
      <Text>{text.shell.notFoundHint}</Text>
      <Anchor component={Link} to="/services">
        {text.shell.home}
      </Anchor>
    </Stack>
  );
}
