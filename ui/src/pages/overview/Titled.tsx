import { Card, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of the page that has a name. */
export function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}
