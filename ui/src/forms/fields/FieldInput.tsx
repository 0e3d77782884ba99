import type { Field } from '../schema';
import type { Path } from '../values';
import { BooleanInput } from './BooleanInput';
import { ChoiceInput } from './ChoiceInput';
import { ListInput } from './ListInput';
import { MapInput } from './MapInput';
import { NumericInput } from './NumericInput';
import { RecordInput } from './RecordInput';
import { RecordListInput } from './RecordListInput';
import { ReferenceInput } from './ReferenceInput';
import { StringInput } from './StringInput';

export interface FieldProps {
  field: Field;
  path: Path;
  /** What the field is called; elements of lists have no name of their own. */
  label: string;
}

/** The input of a field, by its type. */
export function FieldInput(props: FieldProps) {
  const { field } = props;
  switch (field.type) {
    case 'boolean':
      return <BooleanInput {...props} />;
    case 'number':
    case 'integer':
      return <NumericInput {...props} />;
    case 'array':
    case 'set':
      return isOfScalars(field) ? <ListInput {...props} /> : <RecordListInput {...props} />;
    case 'map':
      return <MapInput {...props} />;
    case 'record':
      return <RecordInput {...props} />;
    case 'foreign':
      return <ReferenceInput {...props} />;
    default:
      return field.one_of ? <ChoiceInput {...props} /> : <StringInput {...props} />;
  }
}

function isOfScalars({ elements }: Field): boolean {
  return elements?.type === undefined || ['string', 'number', 'integer'].includes(elements.type);
}
