import { useForm } from '../context';
import { labelOf } from '../labels';
import { isEditable, named } from '../schema';
import { keyOf } from '../values';
import { help } from './described';
import { FieldGroup } from './FieldGroup';
import { FieldInput, type FieldProps } from './FieldInput';

/** A record within a record. */
export function RecordInput({ field, path, label }: FieldProps) {
  const { faults } = useForm();
  const fault = faults[keyOf(path)];
  const what = (field.description ?? field.referenceable) && help(field);
  return (
    <FieldGroup label={label} what={what} fault={fault}>
      <RecordFields field={field} path={path} />
    </FieldGroup>
  );
}

/** The inputs of the fields of a record. */
export function RecordFields({ field, path }: Omit<FieldProps, 'label'>) {
  return named(field.fields)
    .filter(([name, inner]) => isEditable(name, inner))
    .map(([name, inner]) => <FieldInput key={name} field={inner} path={[...path, name]} label={labelOf(name)} />);
}
