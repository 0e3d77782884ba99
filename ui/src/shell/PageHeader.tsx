import { Text, Title } from '@mantine/core';
import { text } from '../text';

/** What a page is called, and what it is for. */
export function PageHeader({ page }: { page: string }) {
  return (
    <div>
      <Title order={1} size="h2">
        {text.tools[page]?.title}
      </Title>
      <Text c="dimmed" size="sm">
        {text.tools[page]?.hint}
      </Text>
    </div>
  );
}
