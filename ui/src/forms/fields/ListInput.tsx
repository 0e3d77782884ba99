import { MultiSelect, TagsInput } from '@mantine/core';
import type { Json } from '../../api/client';
import { text } from '../../text';
import { useForm, useListFault, useValue } from '../context';
import { idsOf, isCode } from '../hints';
import type { Field } from '../schema';
import { keyOf } from '../values';
import { CodeListInput } from './CodeListInput';
import { described, placeholder } from './described';
import type { FieldProps } from './FieldInput';
import { ManyReferencesInput } from './ManyReferencesInput';

/** Several words or numbers. */
export function ListInput(props: FieldProps) {
  const { field, path } = props;
  const { schema } = useForm();
  const { value, set } = useValue(path);
  const fault = useListFault(path);
  const key = keyOf(path);
  const collection = idsOf(schema, key);
  if (collection) return <ManyReferencesInput {...props} collection={collection} />;
  if (isCode(schema, key)) return <CodeListInput {...props} />;
  const words = Array.isArray(value) ? value.map(String) : [];
  const choices = field.elements?.one_of?.map(String);
  const shared = {
    ...described(props),
    value: words,
    error: fault,
    placeholder: words.length === 0 ? placeholder(field) : undefined,
    clearable: true,
    onChange: (now: string[]) => set(now.length > 0 ? now.map((word) => elementOf(field, word)) : undefined),
  };
  if (choices) return <MultiSelect {...shared} data={choices} hidePickedOptions searchable />;
  return (
    <TagsInput
      {...shared}
      placeholder={shared.placeholder ?? text.forms.enterAdds}
      splitChars={path.at(-1) === 'tags' ? [','] : []}
      isDuplicate={(word, others) => others.includes(word)}
    />
  );
}

function elementOf({ elements }: Field, word: string): Json {
  const number = Number(word);
  const isNumber = elements?.type === 'number' || elements?.type === 'integer';
  return isNumber && word.trim() !== '' && Number.isFinite(number) ? number : word;
}
