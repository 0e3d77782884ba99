import { AppShell, NavLink, ScrollArea, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useNode } from '../api/records';
import { text } from '../text';
import { labelOfPage, pages } from './pages';

/** The pages by what they are about. */
export function Navigation({ close }: { close: () => void }) {
  const { pathname } = useLocation();
  const { data: node } = useNode();
  const groups = Object.entries(text.shell.groups);
  return (
    <>
      <AppShell.Section grow component={ScrollArea} p="xs">
        {groups.map(([group, title]) => (
          <div key={group}>
            <Text size="xs" fw={700} c="dimmed" px="sm" pt="md" pb={4}>
              {title}
            </Text>
            {pages
              .filter((page) => page.group === group)
              .map((page) => {
                const isOpen = pathname.split('/')[1] === page.path;
                return (
                  <NavLink
                    key={page.path}
                    component={Link}
                    to={`/${page.path}`}
                    label={labelOfPage(page)}
                    leftSection={<page.icon size={18} stroke={1.6} aria-hidden />}
                    active={isOpen}
                    aria-current={isOpen ? 'page' : undefined}
                    onClick={close}
                  />
                );
              })}
          </div>
        ))}
      </AppShell.Section>
      <AppShell.Section p="md">
        <Text size="xs" c="dimmed" className="breakable">
          {node && `${text.shell.version(node.gibbon?.version ?? node.version)} · ${node.hostname}`}
        </Text>
      </AppShell.Section>
    </>
  );
}
