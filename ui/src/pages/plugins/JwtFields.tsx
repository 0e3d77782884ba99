import { Divider, Stack, Text } from '@mantine/core';
import { FieldInput } from '../../forms/fields/FieldInput';
import { labelOf } from '../../forms/labels';
import { MoreFields } from '../../forms/SchemaForm';
import { type Field, fieldOf, isEditable, named } from '../../forms/schema';
import { text } from '../../text';

/** Until when a token is good, and whose it is. */
const WHEN = ['claims_to_verify', 'maximum_expiration'];
const WHO = ['key_claim_name', 'header_names'];

/** The settings of jwt: the two questions that everybody has, and the rest behind a button. */
export function JwtFields({ config }: { config: Field }) {
  const others = named(config.fields)
    .filter(([name, field]) => isEditable(name, field) && ![...WHEN, ...WHO].includes(name))
    .map(([name]) => name);
  return (
    <>
      <Part title={text.jwt.when} hint={text.jwt.whenHint} config={config} names={WHEN} />
      <Divider />
      <Part title={text.jwt.who} hint={text.jwt.whoHint} config={config} names={WHO} />
      <Divider />
      <MoreFields label={text.jwt.advanced}>
        <Part hint={text.jwt.advancedHint} config={config} names={others} />
      </MoreFields>
    </>
  );
}

interface PartProps {
  title?: string;
  hint: string;
  config: Field;
  names: string[];
}

function Part({ title, hint, config, names }: PartProps) {
  const fields = names.map((name): [string, Field | undefined] => [name, fieldOf(config, name)]);
  return (
    <Stack gap="sm">
      <div>
        {title && <Text fw={600}>{title}</Text>}
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      </div>
      {fields.map(
        ([name, field]) =>
          field && <FieldInput key={name} field={field} path={['config', name]} label={labelOf(name)} />,
      )}
    </Stack>
  );
}
