import { PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useForm, useValue } from '../context';
import { isLong, isSecret } from '../hints';
import { keyOf } from '../values';
import { described, placeholder } from './described';
import type { FieldProps } from './FieldInput';

/** A text: of one line, of several, or one that nobody should read over a shoulder. */
export function StringInput(props: FieldProps) {
  const { field, path } = props;
  const { schema } = useForm();
  const { value, fault, set } = useValue(path);
  const shared = {
    ...described(props),
    value: typeof value === 'string' ? value : '',
    error: fault,
    placeholder: placeholder(field),
    autoComplete: 'off',
    spellCheck: false,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => set(currentTarget.value || undefined),
  };
  if (isLong(schema, keyOf(path))) {
    return <Textarea {...shared} autosize minRows={4} maxRows={16} className="code" />;
  }
  return field.encrypted || isSecret(schema, keyOf(path)) ? (
    <PasswordInput {...shared} autoComplete="new-password" />
  ) : (
    <TextInput {...shared} />
  );
}
