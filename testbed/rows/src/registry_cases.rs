//! The cases of registries that are not crates.io's.

use crate::cases::{Case, Configuration, Expect};

const fn case(
    number: u8,
    name: &'static str,
    preset: &'static str,
    target: &'static str,
    expect: Expect,
) -> Case {
    Case {
        number,
        name,
        config: Configuration::Preset(preset),
        method: "GET",
        host: "registry.example",
        target,
        headers: &[],
        expect,
        answer_headers: &[],
    }
}

const fn to(location: &'static str) -> Expect {
    Expect::Redirect { location }
}

const fn origin(reason: &'static str) -> Expect {
    Expect::Origin { reason }
}

/// Every case of another registry.
#[rustfmt::skip]
pub const REGISTRY_CASES: &[Case] = &[
    // npm#9351
    case(62, "the CDN wants `@`", "npm", "/@types/node/-/node-20.10.0.tgz", to("https://cdn.example/@types/node/-/node-20.10.0.tgz")),
    case(62, "`%40` is the same", "npm", "/%40types/node/-/node-20.10.0.tgz", to("https://cdn.example/@types/node/-/node-20.10.0.tgz")),
    Case { config: Configuration::NpmEncoded, ..case(62, "the CDN wants `%40`", "npm", "/@types/node/-/node-20.10.0.tgz", to("https://cdn.example/%40types/node/-/node-20.10.0.tgz")) },
    case(62, "the file of another package", "npm", "/left-pad/-/right-pad-1.3.0.tgz", origin("capture-invalid")),
    // NuGetGallery#9600
    case(63, "a package in lower case", "nuget", "/v3-flatcontainer/newtonsoft.json/13.0.1/newtonsoft.json.13.0.1.nupkg", to("https://cdn.example/v3-flatcontainer/newtonsoft.json/13.0.1/newtonsoft.json.13.0.1.nupkg")),
    case(63, "the name as its author spells it", "nuget", "/v3-flatcontainer/Newtonsoft.Json/13.0.1/Newtonsoft.Json.13.0.1.nupkg", origin("capture-invalid")),
    case(64, "a gem", "rubygems", "/gems/rails-7.0.0.gem", to("https://cdn.example/gems/rails-7.0.0.gem")),
    case(64, "a gem's page", "rubygems", "/gems/rails", origin("no-route")),
    case(64, "a form", "rubygems", "/gems/new", origin("no-route")),
    case(65, "a file by its digest", "pypi", "/packages/44/e1/dc0757b20b56c980b5553c1b5c4c32d378c7055ab7bfa92006801ad359ab/Keras-2.4.3-py2.py3-none-any.whl", to("https://cdn.example/packages/44/e1/dc0757b20b56c980b5553c1b5c4c32d378c7055ab7bfa92006801ad359ab/Keras-2.4.3-py2.py3-none-any.whl")),
    case(65, "a file by its name", "pypi", "/packages/source/n/numpy/numpy-2.0.0.tar.gz", to("https://cdn.example/packages/source/n/numpy/numpy-2.0.0.tar.gz")),
    case(65, "an index", "pypi", "/simple/numpy/", origin("no-route")),
    case(66, "a module", "go", "/github.com/!azure/azure-sdk-for-go/sdk/azcore/@v/v1.9.0.zip", to("https://cdn.example/github.com/!azure/azure-sdk-for-go/sdk/azcore/@v/v1.9.0.zip")),
    case(66, "its go.mod", "go", "/github.com/gorilla/mux/@v/v1.8.1.mod", to("https://cdn.example/github.com/gorilla/mux/@v/v1.8.1.mod")),
    case(66, "what it is", "go", "/github.com/gorilla/mux/@v/v1.8.1.info", to("https://cdn.example/github.com/gorilla/mux/@v/v1.8.1.info")),
    case(66, "the newest version", "go", "/github.com/gorilla/mux/@latest", origin("no-route")),
    case(66, "all versions", "go", "/github.com/gorilla/mux/@v/list", origin("no-route")),
    case(67, "an artifact", "maven", "/maven2/org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar", to("https://cdn.example/maven2/org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar")),
    case(67, "its checksum", "maven", "/maven2/org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar.sha1", to("https://cdn.example/maven2/org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar.sha1")),
    case(67, "metadata that changes", "maven", "/maven2/org/apache/commons/commons-lang3/maven-metadata.xml", origin("origin-route")),
    case(67, "a snapshot", "maven", "/maven2/org/x/tool/1.0-SNAPSHOT/tool-1.0-SNAPSHOT.jar", origin("origin-route")),
    // registry.k8s.io#39
    case(68, "a blob, to its digest's place", "oci", "/v2/library/nginx/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", to("https://cdn.example/docker/registry/v2/blobs/sha256/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/data")),
    case(68, "an upload", "oci", "/v2/library/nginx/blobs/uploads/", origin("no-route")),
    case(68, "a manifest", "oci", "/v2/library/nginx/manifests/1.25", origin("no-route")),
    case(69, "a package with `+`", "debian", "/debian/pool/main/g/glibc/libc6_2.36-9%2bdeb12u14_amd64.deb", to("https://cdn.example/debian/pool/main/g/glibc/libc6_2.36-9%2Bdeb12u14_amd64.deb")),
    case(69, "a security update", "debian", "/debian-security/pool/updates/main/x/xz-utils/xz-utils_5.4.1-1+deb12u2_amd64.deb", to("https://cdn.example/debian-security/pool/updates/main/x/xz-utils/xz-utils_5.4.1-1%2Bdeb12u2_amd64.deb")),
    case(69, "an index by its MD5", "debian", "/debian/dists/bookworm-updates/main/binary-all/by-hash/MD5Sum/d41d8cd98f00b204e9800998ecf8427e", to("https://cdn.example/debian/dists/bookworm-updates/main/binary-all/by-hash/MD5Sum/d41d8cd98f00b204e9800998ecf8427e")),
    case(69, "a release file", "debian", "/debian/dists/bookworm/InRelease", origin("no-route")),
    case(70, "a crate in its folders", "cargo", "/crates/se/rd/serde/serde-1.0.0.crate", to("https://cdn.example/crates/se/rd/serde/serde-1.0.0.crate")),
    case(70, "a crate in the folders of another", "cargo", "/crates/to/ki/serde/serde-1.0.0.crate", origin("name-invalid")),
    case(70, "cargo's own path", "cargo", "/api/v1/crates/syn/2.0.39/download", to("https://cdn.example/crates/3/s/syn/syn-2.0.39.crate")),
    // jsdelivr#18727
    Case { config: Configuration::Takedown, host: "crates.io", ..case(71, "a removed crate", "", "/api/v1/crates/leftpad/1.0.0/download", origin("origin-route")) },
    Case { config: Configuration::Takedown, host: "crates.io", ..case(71, "a crate beside it", "", "/api/v1/crates/left-pad/1.0.0/download", to("https://static.crates.io/crates/left-pad/left-pad-1.0.0.crate")) },
];
