import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { IconDice5 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useValue } from '../../forms/context';
import { help } from '../../forms/fields/described';
import { FieldInput } from '../../forms/fields/FieldInput';
import { MoreFields } from '../../forms/SchemaForm';
import { fieldOf, type Schema } from '../../forms/schema';
import { text } from '../../text';
import { randomSecret } from '../../tokens/randomSecret';

/** A credential for tokens: what it takes depends on how they are signed. */
export function JwtCredentialFields({ schema }: { schema: Schema }) {
  const { value } = useValue(['algorithm']);
  const algorithm = typeof value === 'string' ? value : String(fieldOf(schema, 'algorithm')?.default ?? 'HS256');
  const input = (name: string, label: string) => {
    const field = fieldOf(schema, name);
    return field && <FieldInput field={field} path={[name]} label={label} />;
  };
  return (
    <Stack>
      {input('key', text.jwt.keyLabel)}
      {input('algorithm', text.jwt.algorithmLabel)}
      {algorithm.startsWith('HS') ? (
        <SecretInput schema={schema} />
      ) : (
        <>
          <PublicKey>{input('rsa_public_key', text.jwt.publicKey)}</PublicKey>
          {fieldOf(schema, 'jwks_uri') && (
            <MoreFields label={text.jwt.published}>
              {input('jwks_uri', text.jwt.jwksUri)}
              {input('issuer_discovery', text.jwt.discovery)}
            </MoreFields>
          )}
        </>
      )}
      {input('tags', text.jwt.tagsLabel)}
    </Stack>
  );
}

/** The secret, with a button for one that nobody will guess. */
function SecretInput({ schema }: { schema: Schema }) {
  const { value, fault, set } = useValue(['secret']);
  const field = fieldOf(schema, 'secret') ?? {};
  return (
    <Stack gap={4}>
      <Group align="flex-end" wrap="nowrap">
        <PasswordInput
          className="grow"
          label={text.jwt.secret}
          description={help(field)}
          placeholder={text.forms.automatic}
          autoComplete="new-password"
          error={fault}
          value={typeof value === 'string' ? value : ''}
          onChange={({ currentTarget }) => set(currentTarget.value || undefined)}
        />
        <Button variant="default" leftSection={<IconDice5 size={16} />} onClick={() => set(randomSecret())}>
          {text.jwt.generate}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {text.jwt.secretHint}
      </Text>
    </Stack>
  );
}

function PublicKey({ children }: { children: ReactNode }) {
  return (
    <Stack gap={4}>
      {children}
      <Text size="xs" c="dimmed">
        {text.jwt.keyHint}
      </Text>
    </Stack>
  );
}
