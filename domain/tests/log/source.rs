//! Reads the declarations of events and of what they carry out of the source, so that no second list can drift from it.
//! It knows as much of the language as declarations that rustfmt has laid out need.

use std::collections::VecDeque;

/// An aggregate and the enum of its events.
pub struct Declared {
    /// As in the log's `aggregate_type`.
    pub name: &'static str,
    pub events: &'static str,
    /// Its rustdoc.
    pub module: &'static str,
}

pub const AGGREGATES: [Declared; 4] = [
    Declared { name: "transfer", events: "TransferEvent", module: include_str!("../../src/transfer.rs") },
    Declared {
        name: "stellar_transaction",
        events: "StellarTransactionEvent",
        module: include_str!("../../src/stellar_transaction.rs"),
    },
    Declared {
        name: "inbound_payment",
        events: "InboundPaymentEvent",
        module: include_str!("../../src/inbound_payment.rs"),
    },
    Declared { name: "customer", events: "CustomerEvent", module: include_str!("../../src/customer.rs") },
];

const SOURCES: [&str; 17] = [
    include_str!("../../src/transfer/event.rs"),
    include_str!("../../src/transfer/id.rs"),
    include_str!("../../src/stellar_transaction/event.rs"),
    include_str!("../../src/inbound_payment.rs"),
    include_str!("../../src/customer.rs"),
    include_str!("../../src/asset.rs"),
    include_str!("../../src/envelope.rs"),
    include_str!("../../src/money.rs"),
    include_str!("../../src/ports/ledger.rs"),
    include_str!("../../src/ports/rail.rs"),
    include_str!("../../src/subject.rs"),
    include_str!("../../src/terms.rs"),
    include_str!("../../stellar/src/address.rs"),
    include_str!("../../stellar/src/amount.rs"),
    include_str!("../../stellar/src/asset.rs"),
    include_str!("../../stellar/src/hash.rs"),
    include_str!("../../stellar/src/memo.rs"),
];

/// A struct or an enum.
#[derive(Debug, Default)]
pub struct Item {
    pub name: String,
    pub docs: String,
    pub is_enum: bool,
    attributes: String,
    /// Fields or variants.
    pub members: Vec<Member>,
}

/// A field or a variant.
#[derive(Debug, Default)]
pub struct Member {
    pub name: String,
    pub docs: String,
    pub attributes: String,
    /// A field's type, or a variant's payload.
    pub ty: Option<String>,
    /// A variant's own fields.
    pub fields: Vec<Member>,
}

impl Item {
    /// Whether its JSON is text or otherwise its own, as its docs say, and not that of its members.
    pub fn is_text(&self) -> bool {
        !self.attributes.contains("Serialize")
            || self.attributes.contains("serde(transparent")
            || self.attributes.contains("serde(try_from")
    }

    /// Its members' names, as JSON has them.
    pub fn json_names(&self) -> Vec<String> {
        let snake = self.attributes.contains("rename_all = \"snake_case\"");
        let names = self.members.iter().map(|member| &member.name);
        names.map(|name| if snake { snake_case(name) } else { name.clone() }).collect()
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// What a type is when the wrappers are taken off: `Option<Box<T>>` and `Vec<T>` carry a `T`.
pub fn core_type(ty: &str) -> &str {
    let inner = ["Option<", "Box<", "Vec<"].iter().find_map(|wrapper| ty.strip_prefix(wrapper));
    inner.and_then(|inner| inner.strip_suffix('>')).map_or(ty, core_type)
}

/// All that was read.
pub struct Sources(Vec<Item>);

impl Sources {
    pub fn read() -> Self {
        Self(SOURCES.iter().flat_map(|source| items(source)).collect())
    }

    pub fn item(&self, name: &str) -> &Item {
        self.find(name).unwrap_or_else(|| panic!("no source that is read here declares {name}"))
    }

    fn find(&self, name: &str) -> Option<&Item> {
        self.0.iter().find(|item| item.name == name)
    }

    /// Every declared type that events and their metadata carry, directly or within another, in the order in which they are met.
    pub fn reachable(&self) -> Vec<&Item> {
        let mut met: Vec<&Item> = Vec::new();
        let mut next: VecDeque<&Item> = AGGREGATES
            .iter()
            .map(|aggregate| aggregate.events)
            .chain(["Metadata"])
            .map(|name| self.item(name))
            .collect();
        while let Some(item) = next.pop_front() {
            if item.is_text() {
                continue;
            }
            let members = item.members.iter().flat_map(|member| member.fields.iter().chain([member]));
            for ty in members.filter_map(|member| member.ty.as_deref()).map(core_type) {
                if !is_plain(ty) && !met.iter().any(|item| item.name == ty) {
                    met.push(self.item(ty));
                    next.push_back(self.item(ty));
                }
            }
        }
        met
    }
}

/// Whether the type is not one of ours.
pub fn is_plain(ty: &str) -> bool {
    matches!(ty, "String" | "bool" | "u32" | "i64" | "OffsetDateTime" | "Decimal" | "Uuid")
}

fn items(source: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut item: Option<Item> = None;
    let (mut docs, mut attributes) = (String::new(), String::new());
    for line in source.lines() {
        let text = line.trim();
        if let Some(doc) = text.strip_prefix("///") {
            docs = format!("{docs} {}", doc.trim().replace("[`", "`").replace("`]", "`")).trim().to_owned();
            continue;
        }
        if text.starts_with("#[") {
            attributes.push_str(text);
            continue;
        }
        let (docs, attributes) = (std::mem::take(&mut docs), std::mem::take(&mut attributes));
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(declaration) = declared {
            let name =
                declaration.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
            let is_enum = line.starts_with("pub enum");
            let whole = Item { name, docs, is_enum, attributes, members: vec![] };
            if line.ends_with('{') { item = Some(whole) } else { items.push(whole) }
        } else if line == "}" {
            items.extend(item.take());
        } else if let Some(item) = &mut item {
            let text = text.trim_start_matches("pub ").trim_end_matches([',', ' ', '{']);
            let indent = line.len() - line.trim_start().len();
            match (indent, member(text, docs, attributes)) {
                (4, Some(member)) => item.members.push(member),
                (8, Some(field)) => item.members.last_mut().unwrap().fields.push(field),
                _ => {}
            }
        }
    }
    items
}

/// `name: Type`, `Variant`, or `Variant(Type)`.
fn member(text: &str, docs: String, attributes: String) -> Option<Member> {
    let (name, ty) = match (text.split_once(": "), text.split_once('(')) {
        (Some((name, ty)), _) => (name, Some(ty)),
        (None, Some((name, ty))) => (name, ty.strip_suffix(')')),
        (None, None) => (text, None),
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let (name, ty) = (name.to_owned(), ty.map(str::to_owned));
    is_name.then(|| Member { name, docs, attributes, ty, fields: vec![] })
}
