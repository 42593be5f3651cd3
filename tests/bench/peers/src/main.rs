//! cedar-peer DIR [SECONDS]: times the official engine's is_authorized and prints JSON.
//!
//! DIR holds policies.cedar, entities.json, requests.json (an array of principal, action,
//! resource as {"type", "id"}, and context) and perhaps links.json (an array of templateId,
//! newId, values). A policy is called by its @id, otherwise policy0, policy1 ... in order.
//! Everything is parsed before the clock starts; one thread.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicyId, PolicySet, Request, SlotId,
};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn read_json(path: &Path) -> Outcome<Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn text<'a>(value: &'a Value, member: &str) -> Outcome<&'a str> {
    value[member].as_str().ok_or_else(|| format!("no {member} in {value}").into())
}

fn list(value: &Value) -> Outcome<&Vec<Value>> {
    value.as_array().ok_or_else(|| "not an array".into())
}

/// The same policies, each called by its @id where it has one.
fn with_annotated_ids(parsed: PolicySet) -> Outcome<PolicySet> {
    let mut named = PolicySet::new();
    for policy in parsed.policies() {
        let id = policy.annotation("id").map(PolicyId::new);
        named.add(policy.new_id(id.unwrap_or_else(|| policy.id().clone())))?;
    }
    for template in parsed.templates() {
        let id = template.annotation("id").map(PolicyId::new);
        named.add_template(template.new_id(id.unwrap_or_else(|| template.id().clone())))?;
    }
    Ok(named)
}

fn read_policies(folder: &Path) -> Outcome<PolicySet> {
    let source = std::fs::read_to_string(folder.join("policies.cedar"))?;
    let mut policies = with_annotated_ids(source.parse()?)?;
    let links = folder.join("links.json");
    if !links.exists() {
        return Ok(policies);
    }
    for link in list(&read_json(&links)?)? {
        let mut values = HashMap::new();
        for (slot, uid) in link["values"].as_object().ok_or("values must be an object")? {
            let slot = if slot == "?principal" { SlotId::principal() } else { SlotId::resource() };
            values.insert(slot, EntityUid::from_json(uid.clone())?);
        }
        let template = PolicyId::new(text(link, "templateId")?);
        policies.link(template, PolicyId::new(text(link, "newId")?), values)?;
    }
    Ok(policies)
}

fn read_requests(folder: &Path) -> Outcome<Vec<Request>> {
    let mut requests = Vec::new();
    for request in list(&read_json(&folder.join("requests.json"))?)? {
        let uid = |member: &str| EntityUid::from_json(request[member].clone());
        requests.push(Request::new(
            uid("principal")?,
            uid("action")?,
            uid("resource")?,
            Context::from_json_value(request["context"].clone(), None)?,
            None,
        )?);
    }
    Ok(requests)
}

/// Nanoseconds of every call, in whole rounds over all requests.
fn measure(
    requests: &[Request],
    policies: &PolicySet,
    entities: &Entities,
    time: Duration,
) -> Vec<u128> {
    let authorizer = Authorizer::new();
    let mut samples = Vec::new();
    let start = Instant::now();
    while samples.is_empty() || start.elapsed() < time {
        for request in requests {
            let before = Instant::now();
            std::hint::black_box(authorizer.is_authorized(request, policies, entities));
            samples.push(before.elapsed().as_nanos());
        }
    }
    samples.sort_unstable();
    samples
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = Path::new(arguments.get(1).ok_or("usage: cedar-peer DIR [SECONDS]")?);
    let seconds: f64 = arguments.get(2).map_or(Ok(2.0), |text| text.parse())?;

    let policies = read_policies(folder)?;
    let entities = Entities::from_json_value(read_json(&folder.join("entities.json"))?, None)?;
    let requests = read_requests(folder)?;
    if requests.is_empty() {
        return Err("no requests".into());
    }

    // The first pass warms up and counts.
    let authorizer = Authorizer::new();
    let (mut allowed, mut errors) = (0, 0);
    for request in &requests {
        let answer = authorizer.is_authorized(request, &policies, &entities);
        allowed += usize::from(answer.decision() == Decision::Allow);
        errors += answer.diagnostics().errors().count();
    }

    let samples = measure(&requests, &policies, &entities, Duration::from_secs_f64(seconds));
    println!(
        "{}",
        json!({
            "engine": "cedar-policy 4.12.0",
            "policies": policies.policies().count(),
            "requests": requests.len(),
            "allowed": allowed,
            "errors": errors,
            "samples": samples.len(),
            "p50_ns": samples[samples.len() / 2] as u64,
            "p99_ns": samples[samples.len() * 99 / 100] as u64,
            "mean_ns": samples.iter().sum::<u128>() as f64 / samples.len() as f64,
        })
    );
    Ok(())
}
