import { AppShell, Badge, NavLink, ScrollArea, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useNode } from '../api/records';
import { useFindings } from '../lint/useFindings';
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
            <Text size="xs" fw={700} c="dimmed" px="sm" pt="xs" pb={2}>
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
                    rightSection={page.path === 'warnings' && <WarningCount />}
                    py={6}
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

/** How many errors and warnings there are; hints are no reason to look there. */
function WarningCount() {
  const { data } = useFindings();
  const count = (data?.data ?? []).filter(({ severity }) => severity !== 'info').length;
  if (count === 0) return null;
  return (
    <Badge size="sm" color="orange" variant="outline" tt="none">
      {count}
      <span className="only-read"> {text.lint.inNavigation(count)}</span>
    </Badge>
  );
}
