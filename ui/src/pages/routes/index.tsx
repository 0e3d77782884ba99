import { routes } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function RoutePages() {
  return <EntityPages entity={routes} />;
}
