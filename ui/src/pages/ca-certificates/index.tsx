import { caCertificates } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function CaCertificatePages() {
  return <EntityPages entity={caCertificates} />;
}
