//! A file that tests read.

use tempfile::TempDir;

use super::protos::Protos;

/// A shop.
pub(crate) const SHOP: &str = r#"
syntax = "proto3";
package shop;
import "google/api/annotations.proto";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
enum State { CLOSED = 0; OPEN = 1; }
message Detail { string colour = 1; int32 size = 2; }
message BuyRequest { string customer = 1; repeated string lines = 2; Detail detail = 3; bool is_gift = 4; }
message Order { int64 order_id = 1; repeated string lines = 2; State state = 3; string note = 4; }
message GetRequest { string name = 1; int64 revision = 2; Detail detail = 3; repeated string tags = 4; }
message Nested {
  Nested inner = 1;
  google.protobuf.Timestamp when = 2;
  google.protobuf.Any any = 3;
  google.protobuf.Duration detail = 4;
  oneof choice { double number = 5; bytes raw = 6; }
  map<int32, Nested> map = 7;
}
service Shop {
  rpc Nest(Nested) returns (Nested);
  rpc Buy(BuyRequest) returns (Order) {
    option (google.api.http) = {
      post: "/v1/{customer}/orders" body: "*"
      additional_bindings { put: "/v1/orders/{customer}" body: "lines" }
    };
  }
  rpc Get(GetRequest) returns (Order) { option (google.api.http) = { get: "/v1/{name=orders/*}:read" }; }
  rpc List(GetRequest) returns (stream Order) { option (google.api.http) = { get: "/v1/all/{name=**}" }; }
}
"#;

/// A folder with such a file, and the path of the file.
pub(crate) fn file(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.proto");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

pub(crate) fn protos() -> Protos {
    let (_folder, path) = file(SHOP);
    Protos::load(&path).unwrap()
}
