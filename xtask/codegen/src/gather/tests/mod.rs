//! Descriptions in several files.

mod refusals;

use std::{fs, path::PathBuf};

use super::*;
use crate::{
    adapt::{Wanted, adapt},
    problem::Problems,
    tree::{self, to_line},
};

/// A folder for a test's files, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder =
            Self(std::env::temp_dir().join(format!("gather-{name}-{}", std::process::id())));
        for (path, text) in files {
            let path = folder.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// Reads `api/openapi.yaml`, which a caller names `api/openapi.yaml` too.
    fn gathered(&self) -> Result<Whole, Vec<Problem>> {
        let file = "api/openapi.yaml";
        let text = fs::read_to_string(self.0.join(file)).unwrap();
        let mut problems = Problems::new(file);
        let tree = tree::parse(&text, file, &mut problems).unwrap();
        gather(tree, file, Some(&self.0.join("api")))
    }

    /// Returns the description in the strict dialect, on one line.
    fn adapted(&self, only: &[&str]) -> Result<String, Vec<Problem>> {
        let only: Vec<String> = only.iter().map(|&word| word.to_owned()).collect();
        let wanted = Wanted {
            only: &only,
            skips: false,
        };
        Ok(to_line(
            &adapt(&self.gathered()?, "api/openapi.yaml", wanted)?.tree,
        ))
    }

    fn refused(&self, only: &[&str]) -> Vec<String> {
        match self.adapted(only) {
            Ok(tree) => panic!("{tree}"),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the first file, with these paths and components.
fn first(paths: &str, components: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: Acme, version: '1' }}\nservers: [ {{ url: 'https://api.acme.example/v1' }} ]\n\
         paths: {{ {paths} }}\ncomponents: {{ {components} }}\n"
    )
}

/// Returns a path whose GET receives this schema.
fn receiving(path: &str, id: &str, schema: &str) -> String {
    format!(
        "{path}: {{ get: {{ operationId: {id}, responses: {{ '200': {{ description: It., content: {{ application/json: \
         {{ schema: {schema} }} }} }} }} }} }}"
    )
}

/// A description in several files leads to the same crate as the same description in one file.
#[test]
fn several_files_are_one_description() {
    let folder = Folder::new(
        "one",
        &[
            (
                "api/openapi.yaml",
                &first(
                    "/pets: { $ref: paths/pets.yaml }, '/pets/{id}': { $ref: './paths/all.json#/~1pets~1%7Bid%7D' }",
                    "schemas: { Pet: { $ref: schemas/Pet.yaml }, Color: { type: string, enum: [red, blue] } }, \
                     parameters: { Id: { $ref: 'parameters.yaml#/Id' } }",
                ),
            ),
            (
                "api/paths/pets.yaml",
                "get:\n  operationId: listPets\n  parameters:\n    - $ref: ../parameters.yaml#/Limit\n  responses:\n    \
                 '200': { $ref: '../responses.json#/Pets' }\n    4XX: { $ref: '../responses.json#/Failed' }\n",
            ),
            (
                "api/paths/all.json",
                r##"{"/pets/{id}": {"parameters": [{"$ref": "../openapi.yaml#/components/parameters/Id"}],
                 "put": {"operationId": "putPet", "requestBody": {"$ref": "#/bodies/pet"}, "responses": {"204": {"description": "Done."}}}},
                 "bodies": {"pet": {"content": {"application/json": {"schema": {"$ref": "../schemas/all.yaml#/NewPet"}}}}}}"##,
            ),
            (
                "api/parameters.yaml",
                "Limit: { name: limit, in: query, schema: { type: integer } }\nId: { name: id, in: path, required: true, \
                 schema: { type: string } }\n",
            ),
            (
                "api/responses.json",
                r##"{"Pets": {"description": "Pets.", "content": {"application/json": {"schema": {"type": "array", "items":
                 {"$ref": "./schemas/Pet.yaml"}}, "example": {"$ref": "nowhere.json"}}}},
                 "Failed": {"description": "Failed.", "content": {"application/json": {"schema": {"$ref": "schemas/Error.yaml#"}}}}}"##,
            ),
            (
                "api/schemas/Pet.yaml",
                "type: object\nproperties:\n  owner: { $ref: Owner.yaml }\n  color: { $ref: '../openapi.yaml#/components/schemas/Color' }\n",
            ),
            (
                "api/schemas/Owner.yaml",
                "type: object\nproperties:\n  pets: { type: array, items: { $ref: Pet.yaml } }\n  name: { $ref: '#/$defs/Name' }\n\
                 $defs: { Name: { type: string, maxLength: 9 } }\n",
            ),
            (
                "api/schemas/all.yaml",
                "NewPet: { type: object, required: [name], properties: { name: { $ref: '#/Name' }, $ref: { type: string, x-rust-name: reference } } }\nName: { $ref: \
                 'Owner.yaml#/$defs/Name' }\n",
            ),
            (
                "api/schemas/Error.yaml",
                "type: object\nproperties: { message: { type: string } }\n",
            ),
        ],
    );
    let one = Folder::new(
        "one-file",
        &[(
            "api/openapi.yaml",
            &first(
                "/pets: { get: { operationId: listPets, parameters: [ { name: limit, in: query, schema: { type: integer } } ], \
                 responses: { '200': { description: Pets., content: { application/json: { schema: { type: array, items: { $ref: \
                 '#/components/schemas/Pet' } } } } }, 4XX: { description: Failed. } } } }, \
                 '/pets/{id}': { put: { operationId: putPet, parameters: [ { name: id, in: path, required: true, schema: { type: \
                 string } } ], requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewPet' } } } \
                 }, responses: { '204': { description: Done. } } } }",
                "schemas: { Pet: { type: object, properties: { owner: { $ref: '#/components/schemas/Owner' }, color: { $ref: \
                 '#/components/schemas/Color' } } }, Owner: { type: object, properties: { pets: { type: array, items: { $ref: \
                 '#/components/schemas/Pet' } }, name: { $ref: '#/components/schemas/Name' } } }, Color: { type: string, enum: \
                 [red, blue] }, Name: { type: string, maxLength: 9 }, NewPet: { type: object, required: [name], properties: { \
                 name: { $ref: '#/components/schemas/Name' }, $ref: { type: string, x-rust-name: reference } } } }",
            ),
        )],
    );
    assert_eq!(folder.adapted(&[]).unwrap(), one.adapted(&[]).unwrap());
}

#[test]
fn two_schemas_of_one_name_stay_two() {
    let error = |property: &str| {
        format!("Error: {{ type: object, properties: {{ {property}: {{ type: string }} }} }}\n")
    };
    let paths = ["a.yaml", "b.yaml", "c/b.yaml", "a.yaml"]
        .iter()
        .enumerate()
        .map(|(index, file)| {
            receiving(
                &format!("/{index}"),
                &format!("read{index}"),
                &format!("{{ $ref: '{file}#/Error' }}"),
            )
        })
        .collect::<Vec<_>>()
        .join(", ");
    let folder = |own: &str| {
        Folder::new(
            "names",
            &[
                ("api/openapi.yaml", &first(&paths, own)),
                ("api/a.yaml", &error("a")),
                ("api/b.yaml", &error("b")),
                ("api/c/b.yaml", &error("c")),
            ],
        )
    };
    let tree = folder("").gathered().unwrap().tree;
    let at = |pointer: &str| tree::at(&tree, pointer).map_or_else(String::new, to_line);
    for (index, (name, property)) in [
        ("Error", "a"),
        ("b_Error", "b"),
        ("c_b_Error", "c"),
        ("Error", "a"),
    ]
    .iter()
    .enumerate()
    {
        let schema =
            format!("/paths/~1{index}/get/responses/200/content/application~1json/schema/$ref");
        assert_eq!(at(&schema), format!("\"#/components/schemas/{name}\""));
        let wanted = format!("{{\"{property}\":{{\"type\":\"string\"}}}}");
        assert_eq!(
            at(&format!("/components/schemas/{name}/properties")),
            wanted
        );
    }
    // The first file keeps its own names.
    let taken = "schemas: { Error: { type: string }, b_Error: { type: string } }";
    let found = folder(taken).refused(&[]);
    assert_eq!(
        found,
        [
            "api/openapi.yaml: #/paths/~11/get/responses/200/content/application~1json/schema/$ref: `b.yaml#/Error` \
          has a name that another schema has; rename one of them"
        ]
    );
}

#[test]
fn a_union_keeps_the_names_that_its_schemas_have_in_their_own_file() {
    let folder = Folder::new(
        "union",
        &[
            (
                "api/openapi.yaml",
                "openapi: 3.1.0\ninfo: { title: Shop, version: '1' }\npaths: { /pay: { get: { operationId: pay, responses: \
                 { '200': { description: It., content: { application/json: { schema: { $ref: 'pay.yaml#/components/schemas/Pay' } } } } } } } }\n\
                 components: { schemas: { Card: { type: object, properties: { number: { type: string } } } } }\n",
            ),
            (
                "api/pay.yaml",
                "components: { schemas: { Pay: { oneOf: [ { $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Cash' } ], \
                 discriminator: { propertyName: kind } }, \
                 Card: { type: object, properties: { kind: { type: string }, pan: { type: string } } }, \
                 Cash: { type: object, properties: { kind: { type: string } } } } }\n",
            ),
        ],
    );
    let adapted = folder.adapted(&[]).unwrap();
    for wanted in [
        "\"Card\":\"#/components/schemas/pay_Card\"",
        "\"Cash\":\"#/components/schemas/Cash\"",
    ] {
        assert!(adapted.contains(wanted), "{wanted}\n{adapted}");
    }
    assert!(!adapted.contains("x-named"), "{adapted}");
}
