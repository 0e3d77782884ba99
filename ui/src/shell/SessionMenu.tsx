import { Badge, Button, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLogout, IconUser } from '@tabler/icons-react';
import { logout, useSession } from '../api/session';
import { text } from '../text';

/** Who is logged in, where somebody is. */
export function SessionMenu() {
  const { data: session } = useSession();
  if (!session?.token) return null;
  const leave = () =>
    logout().catch((error: Error) =>
      notifications.show({ color: 'red', title: text.failures.title, message: error.message }),
    );
  return (
    <>
      {session.access === 'read-only' && (
        <Tooltip label={text.session.readOnlyHint}>
          <Badge variant="outline" color="orange" tt="none" visibleFrom="xs">
            {text.session.readOnly}
          </Badge>
        </Tooltip>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={text.session.menu(session.token)}>
            <IconUser size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{text.session.menu(session.token)}</Menu.Label>
          <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void leave()}>
            {text.session.logout}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
