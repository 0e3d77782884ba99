import { Fieldset, Stack, Text } from '@mantine/core';
import { useForm } from '../context';
import { labelOf } from '../labels';
import { isEditable, named } from '../schema';
import { keyOf } from '../values';
import { help } from './described';
import { FieldInput, type FieldProps } from './FieldInput';

/** A record within a record. */
export function RecordInput({ field, path, label }: FieldProps) {
  const { faults } = useForm();
  const fault = faults[keyOf(path)];
  return (
    <Fieldset legend={label}>
      <Stack>
        {(field.description ?? field.referenceable) && (
          <Text size="xs" c="dimmed">
            {help(field)}
          </Text>
        )}
        {fault && (
          <Text size="xs" c="red" role="alert">
            {fault}
          </Text>
        )}
        <RecordFields field={field} path={path} />
      </Stack>
    </Fieldset>
  );
}

/** The inputs of the fields of a record. */
export function RecordFields({ field, path }: Omit<FieldProps, 'label'>) {
  return named(field.fields)
    .filter(([name, inner]) => isEditable(name, inner))
    .map(([name, inner]) => <FieldInput key={name} field={inner} path={[...path, name]} label={labelOf(name)} />);
}
