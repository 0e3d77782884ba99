import { Fieldset, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  label: string;
  /** What the field is for. */
  what?: ReactNode;
  /** What is wrong with the field as a whole. */
  fault?: string;
  children: ReactNode;
}

/** Several inputs that are one field: its name, what it is for, what is wrong with it, and the inputs. */
export function FieldGroup({ label, what, fault, children }: Props) {
  return (
    <Fieldset legend={label}>
      <Stack gap="sm">
        {what && (
          <Text size="xs" c="dimmed">
            {what}
          </Text>
        )}
        {fault && (
          <Text size="xs" c="red" role="alert">
            {fault}
          </Text>
        )}
        {children}
      </Stack>
    </Fieldset>
  );
}
