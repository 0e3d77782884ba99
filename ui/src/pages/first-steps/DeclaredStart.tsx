import { Button, Group, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { Copyable } from '../../forms/Copyable';
import { text } from '../../text';
import { randomSecret } from '../../tokens/randomSecret';

/** The same for a gateway whose configuration is a file. */
export function DeclaredStart() {
  const source = useMemo(() => example(randomSecret()), []);
  return (
    <Stack>
      <Text size="sm">{text.firstSteps.noDatabase}</Text>
      <Copyable label="kong.yml" value={source} />
      <Group>
        <Button renderRoot={(props) => <Link to="/configuration/import" state={{ source }} {...props} />}>
          {text.firstSteps.useFile}
        </Button>
      </Group>
    </Stack>
  );
}

const example = (secret: string) => `_format_version: "3.0"
services:
- name: example
  url: http://127.0.0.1:3000
  routes:
  - name: example
    paths: [/hello]
    plugins:
    - name: jwt
      config:
        claims_to_verify: [exp]
consumers:
- username: ada
  jwt_secrets:
  - key: ada
    secret: ${secret}
`;
