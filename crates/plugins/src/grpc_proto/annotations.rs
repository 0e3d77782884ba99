//! The definitions that annotate methods with paths of HTTP, for files that import them and have none beside them.

use std::path::Path;

use protox::Error;
use protox::file::{File, FileResolver};

/// Knows the two files of `google/api`.
pub(super) struct Annotations;

/// The option of methods. Names and numbers are those of the public definition.
const ANNOTATIONS: (&str, &str) = (
    "google/api/annotations.proto",
    r#"syntax = "proto3";
package google.api;
import "google/api/http.proto";
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions { HttpRule http = 72295728; }
"#,
);

const HTTP: (&str, &str) = (
    "google/api/http.proto",
    r#"syntax = "proto3";
package google.api;
message Http { repeated HttpRule rules = 1; bool fully_decode_reserved_expansion = 2; }
message CustomHttpPattern { string kind = 1; string path = 2; }
message HttpRule {
  string selector = 1;
  oneof pattern {
    string get = 2;
    string put = 3;
    string post = 4;
    string delete = 5;
    string patch = 6;
    CustomHttpPattern custom = 8;
  }
  string body = 7;
  string response_body = 12;
  repeated HttpRule additional_bindings = 11;
}
"#,
);

impl FileResolver for Annotations {
    fn resolve_path(&self, _: &Path) -> Option<String> {
        None
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        match [ANNOTATIONS, HTTP].into_iter().find(|(known, _)| *known == name) {
            Some((name, text)) => File::from_source(name, text),
            None => Err(Error::file_not_found(name)),
        }
    }
}
