import { AppShell, Burger, Group, Loader, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect } from 'react';
import { Link, Route, Routes, useLocation } from 'react-router';
import { text } from '../text';
import { ColourSwitch } from './ColourSwitch';
import { ErrorBoundary } from './ErrorBoundary';
import { Home } from './Home';
import { Navigation } from './Navigation';
import { NotFound } from './NotFound';
import { labelOfPage, pages } from './pages';
import { Search, SearchButton } from './Search';
import { SessionMenu } from './SessionMenu';

/** Header, navigation and the page that is open. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  useTitle(pathname);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <button type="button" className="skip-link" onClick={focusContent}>
        {text.shell.skip}
      </button>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={text.shell.openNavigation} />
          <Group renderRoot={(props) => <Link to="/" {...props} />} gap={8} wrap="nowrap" className="brand">
            <img src="./icon.svg" alt="" width={26} height={26} />
            <Text fw={700} size="lg">
              {text.product}
            </Text>
          </Group>
          <Group ml="auto" gap="xs" wrap="nowrap">
            <SearchButton />
            <SessionMenu />
            <ColourSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={text.shell.navigation}>
        <Navigation close={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="content">
          <ErrorBoundary key={pathname}>
            <Suspense fallback={<Loader aria-label={text.lists.loading} />}>
              <Routes>
                <Route index element={<Home />} />
                {pages.map(({ path, page: Page }) => (
                  <Route key={path} path={`${path}/*`} element={<Page />} />
                ))}
                <Route path="*" element={<NotFound />} />
              </Routes>
            </Suspense>
          </ErrorBoundary>
        </div>
      </AppShell.Main>
      <Search />
    </AppShell>
  );
}

function focusContent(): void {
  document.getElementById('content')?.focus();
}

function useTitle(pathname: string): void {
  useEffect(() => {
    const page = pages.find(({ path }) => path === pathname.split('/')[1]);
    const name = page && labelOfPage(page);
    document.title = name ? `${name} · ${text.product}` : text.product;
  }, [pathname]);
}
