//! A `.proto` file and all that it imports.

use std::path::Path;

use gibbon_plugin_api::ConfigureError;
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor, MethodDescriptor, ServiceDescriptor};
use protox::file::{ChainFileResolver, GoogleFileResolver, IncludeFileResolver};

use super::annotations::Annotations;
use super::template::Template;

/// Where imports are looked for beside the folder of the file.
const INCLUDED: [&str; 3] = ["/usr/local/kong/include", "/usr/local/include", "/usr/include"];

/// The option that gives a method paths of HTTP.
const HTTP_OPTION: &str = "google.api.http";

/// The longest file that is read.
const MOST: u64 = 4 << 20;

/// See the module.
pub(crate) struct Protos {
    pool: DescriptorPool,
    /// The services of the file, and of those that it imports for others to see.
    services: Vec<ServiceDescriptor>,
}

/// A path of HTTP that stands for a method.
pub(crate) struct Binding {
    /// The method of HTTP, in upper case.
    pub(crate) verb: Box<str>,
    pub(crate) template: Template,
    /// The field that the body is, `*` for all; none where there is no body.
    pub(crate) body: Option<Box<str>>,
    pub(crate) method: MethodDescriptor,
}

impl Protos {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, or is none.
    pub(crate) fn load(path: &str) -> Result<Self, ConfigureError> {
        let failed = |reason: String| ConfigureError { field: "proto", reason };
        let path = Path::new(path);
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| failed("names no file".to_owned()))?;
        let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
        if !about.is_file() || about.len() > MOST {
            return Err(failed("is no file, or too long a one".to_owned()));
        }
        let mut resolver = ChainFileResolver::new();
        resolver.add(IncludeFileResolver::new(path.parent().unwrap_or(Path::new("")).to_owned()));
        INCLUDED.iter().for_each(|folder| resolver.add(IncludeFileResolver::new((*folder).into())));
        resolver.add(GoogleFileResolver::new());
        resolver.add(Annotations);
        let mut compiler = protox::Compiler::with_file_resolver(resolver);
        compiler.include_imports(true);
        compiler.open_file(name).map_err(|error| failed(error.to_string()))?;
        let pool = compiler.descriptor_pool();
        let mut services = Vec::new();
        if let Some(file) = pool.get_file_by_name(name) {
            add_services(&file, &mut services);
        }
        Ok(Self { pool, services })
    }

    /// The method that a path of gRPC names: its last two segments.
    pub(crate) fn method(&self, path: &str) -> Option<MethodDescriptor> {
        let (rest, method) = path.rsplit_once('/')?;
        let service = rest.rsplit('/').next()?;
        self.services.iter().find(|known| known.full_name() == service)?.methods().find(|known| known.name() == method)
    }

    /// All paths of HTTP, in the order of the file.
    ///
    /// # Errors
    /// Where one is no path.
    pub(crate) fn bindings(&self) -> Result<Vec<Binding>, ConfigureError> {
        let Some(option) = self.pool.get_extension_by_name(HTTP_OPTION) else { return Ok(Vec::new()) };
        let mut bindings = Vec::new();
        for method in self.services.iter().flat_map(ServiceDescriptor::methods) {
            let options = method.options();
            if !options.has_extension(&option) {
                continue;
            }
            if let Some(rule) = options.get_extension(&option).as_message() {
                add(rule, &method, &mut bindings)?;
            }
        }
        Ok(bindings)
    }
}

/// Adds the services of a file, behind those that it imports for others to see.
fn add_services(file: &FileDescriptor, services: &mut Vec<ServiceDescriptor>) {
    file.public_dependencies().for_each(|imported| add_services(&imported, services));
    let more = file.services().filter(|service| !services.contains(service)).collect::<Vec<_>>();
    services.extend(more);
}

/// Adds a rule and those within it.
fn add(rule: &DynamicMessage, method: &MethodDescriptor, bindings: &mut Vec<Binding>) -> Result<(), ConfigureError> {
    let text = |message: &DynamicMessage, name| {
        message.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let plain = ["get", "put", "post", "delete", "patch"].into_iter().map(|verb| (verb.to_owned(), text(rule, verb)));
    let custom = rule
        .get_field_by_name("custom")
        .and_then(|custom| custom.as_message().map(|custom| (text(custom, "kind"), text(custom, "path"))));
    let body = text(rule, "body");
    for (verb, path) in plain.chain(custom).filter(|(_, path)| !path.is_empty()) {
        let template = Template::parse(&path)
            .ok_or_else(|| ConfigureError { field: "proto", reason: format!("`{path}` is no path") })?;
        let verb = verb.to_ascii_uppercase().into();
        let body = (!body.is_empty()).then(|| body.as_str().into());
        bindings.push(Binding { verb, template, body, method: method.clone() });
    }
    let more = rule.get_field_by_name("additional_bindings");
    for rule in more.iter().filter_map(|list| list.as_list()).flatten().filter_map(|rule| rule.as_message()) {
        // One level deep, as the definition says; what stands deeper has been refused by nobody.
        if rule.encoded_len() > 0 {
            add(rule, method, bindings)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc_proto::sample::{file, protos};

    #[test]
    fn methods_are_found_by_their_paths() {
        let protos = protos();
        assert_eq!(protos.method("/shop.Shop/Buy").unwrap().input().full_name(), "shop.BuyRequest");
        assert!(protos.method("/below/shop.Shop/Buy").is_some());
        for unknown in ["/shop.Shop/Sell", "/Shop/Buy", "/Buy", "", "/"] {
            assert!(protos.method(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn a_method_has_as_many_paths_as_it_is_given() {
        let bindings = protos().bindings().unwrap();
        let all: Vec<_> = bindings.iter().map(|b| (&*b.verb, b.body.as_deref(), b.method.name().to_owned())).collect();
        let [buy, get, list] = ["Buy", "Get", "List"].map(str::to_owned);
        assert_eq!(
            all,
            [("POST", Some("*"), buy.clone()), ("PUT", Some("lines"), buy), ("GET", None, get), ("GET", None, list)]
        );
    }

    #[test]
    fn services_of_imports_are_there_where_the_file_shows_them_on() {
        let (folder, path) = file("syntax = \"proto3\"; import public \"a.proto\"; import \"b.proto\";");
        for name in ["a", "b"] {
            let text =
                format!("syntax = \"proto3\"; package {name}; message M {{}} service S {{ rpc Do(M) returns (M); }}");
            std::fs::write(folder.path().join(name).with_extension("proto"), text).unwrap();
        }
        let protos = Protos::load(&path).unwrap();
        assert!(protos.method("/a.S/Do").is_some() && protos.method("/b.S/Do").is_none());
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why() {
        let (_folder, path) = file("syntax = \"proto3\"; message A { B b = 1; }");
        for wrong in [&*path, "/nowhere/a.proto", "/dev/zero", "/", ""] {
            assert_eq!(Protos::load(wrong).err().unwrap().field, "proto", "{wrong}");
        }
    }
}
