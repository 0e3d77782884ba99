import { Fieldset, Stack, Text } from '@mantine/core';
import { Fields, MoreFields } from '../../forms/SchemaForm';
import { fieldOf, isEditable, named, type Schema } from '../../forms/schema';
import { text } from '../../text';
import { JwtFields } from './JwtFields';

/** What says for which requests a plugin runs. */
const SCOPE = ['service', 'route', 'consumer'];

/** What is asked first. */
const FIRST = ['instance_name', 'enabled'];

/** Plugins whose form is made by hand. */
const BY_HAND: Record<string, typeof JwtFields> = { jwt: JwtFields };

/** The form of a plugin: where it runs, what it does, and the rest. */
export function PluginFields({ name, schema }: { name: string; schema: Schema }) {
  const editable = named(schema.fields).filter(([field, inner]) => isEditable(field, inner) && field !== 'name');
  const only = (names: string[]) => editable.filter(([field]) => names.includes(field));
  const others = editable.filter(([field]) => ![...SCOPE, ...FIRST, 'config'].includes(field));
  const config = fieldOf(schema, 'config');
  const ByHand = BY_HAND[name];
  return (
    <Stack>
      <Fields fields={only(FIRST)} at={[]} />
      <Fieldset legend={text.forms.scope}>
        <Stack gap="sm">
          <Text size="xs" c="dimmed">
            {text.forms.scopeHint}
          </Text>
          <Fields fields={only(SCOPE)} at={[]} />
        </Stack>
      </Fieldset>
      {config && (
        <Fieldset legend={text.forms.settings}>
          <Stack>{ByHand ? <ByHand config={config} /> : <Fields fields={editableOf(config)} at={['config']} />}</Stack>
        </Fieldset>
      )}
      <MoreFields>
        <Fields fields={others} at={[]} />
      </MoreFields>
    </Stack>
  );
}

const editableOf = (config: { fields?: Schema['fields'] }) =>
  named(config.fields).filter(([field, inner]) => isEditable(field, inner));
