/** What all inputs say of their field. */

import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { text } from '../../text';
import type { Field } from '../schema';
import type { FieldProps } from './FieldInput';

/** Label, help and mark of an input. */
export function described({ field, label }: FieldProps) {
  return { label, description: help(field), withAsterisk: isWanted(field) };
}

/** Whether a person has to fill it in: nothing else will. */
export function isWanted(field: Field): boolean {
  const hasDefault = field.default !== undefined && field.default !== null;
  return field.required === true && !hasDefault && !field.auto;
}

/** The description, and what else there is to know. */
export function help(field: Field): ReactNode {
  return (
    <>
      {withCode(field.description ?? '')}
      {field.deprecation && (
        <Text span inherit c="orange.8" className="on-dark-lighter">
          {' '}
          {text.forms.deprecated}
        </Text>
      )}
      {field.referenceable && (
        <>
          {' '}
          {text.forms.mayBeReference} <Code>{'{vault://env/my-secret}'}</Code>
        </>
      )}
    </>
  );
}

/** Descriptions name fields and values in backticks. */
function withCode(words: string): ReactNode {
  return words.split('`').map((part, index) => (index % 2 === 1 ? <Code key={index}>{part}</Code> : part));
}

/** The default in grey, where a value would stand. */
export function placeholder({ default: usual, auto }: Field): string | undefined {
  if (auto) return text.forms.automatic;
  if (usual === undefined || usual === null || usual === '') return undefined;
  return Array.isArray(usual) ? usual.join(', ') : String(usual);
}
