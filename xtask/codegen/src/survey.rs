//! `cargo xtask codegen --survey`: how many operations of published descriptions can be generated.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    adapt, files::entries, gather::gather, kinds::Kinds, problem::Problems, tree,
    visible::spelt_out,
};

/// The largest description that is read, in bytes. A tree needs several times the memory of its text.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What a survey found in one description.
struct Found {
    operations: usize,
    generate: usize,
    is_whole: bool,
    kinds: Kinds,
    /// The operations that can't be generated, each with its first problem.
    left_out: Vec<String>,
}

/// Returns the table for a folder, the problems by kind, and the operations that can't be generated.
pub(crate) fn survey(folder: &Path) -> Result<String, String> {
    let mut paths = Vec::new();
    below(folder, &mut paths)?;
    let mut out = "| description | operations | generate | whole | what blocks most |\n|---|---|---|---|---|\n".to_owned();
    let mut details = String::new();
    let mut all = Kinds::default();
    let (mut operations, mut generate, mut whole, mut read) = (0, 0, 0, 0);
    for path in paths {
        let name = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .display()
            .to_string();
        let found = match one(&path, &name) {
            Ok(Some(found)) => found,
            // Not a description.
            Ok(None) => continue,
            Err(problem) => {
                let _ = writeln!(out, "| {} | – | – | – | {} |", cell(&name), cell(&problem));
                continue;
            }
        };
        read += 1;
        operations += found.operations;
        generate += found.generate;
        whole += usize::from(found.is_whole);
        let blocks: Vec<String> = found
            .kinds
            .counts()
            .into_iter()
            .take(4)
            .map(|(kind, count)| format!("{count} × {kind}"))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(&name),
            found.operations,
            found.generate,
            if found.is_whole { "yes" } else { "no" },
            cell(&blocks.join("; "))
        );
        for line in &found.left_out {
            let _ = writeln!(details, "{name}: {}", spelt_out(line));
        }
        all.merge(found.kinds);
    }
    let _ = writeln!(
        out,
        "\n{generate} of {operations} operations can be generated; {whole} of {read} descriptions can be generated as a whole\n"
    );
    out += &all.report();
    if !details.is_empty() {
        let _ = write!(out, "\nleft out:\n{details}");
    }
    Ok(out)
}

fn one(path: &Path, name: &str) -> Result<Option<Found>, String> {
    let describe = |error: std::io::Error| error.to_string();
    let size = fs::metadata(path).map_err(describe)?.len();
    if size > LARGEST {
        return Err(format!("{size} bytes are too many to read"));
    }
    let bytes = fs::read(path).map_err(describe)?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err("the file is not UTF-8".to_owned());
    };
    let mut problems = Problems::new(name);
    let Some(tree) = tree::parse(&text, name, &mut problems) else {
        let problem = problems.into_list().into_iter().next();
        return Err(problem.map_or_else(String::new, |problem| problem.what));
    };
    drop(text);
    if !adapt::is_description(&tree) {
        return Ok(None);
    }
    let whole = gather(tree, name, path.parent()).map_err(|problems| {
        let problem = problems.into_iter().next();
        problem.map_or_else(String::new, |problem| problem.to_string())
    })?;
    Ok(adapt::survey(&whole, name, |mut trial| {
        let operations = trial.all().len();
        let (kept, left_out) = trial.sorted();
        let mut found = Found {
            operations,
            generate: kept.len(),
            is_whole: left_out.is_empty() && operations > 0,
            kinds: Kinds::default(),
            left_out: Vec::new(),
        };
        for one in left_out {
            for problem in &one.problems {
                found.kinds.add(problem);
            }
            found.left_out.push(one.to_string());
        }
        found
    }))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if !folder.is_dir() {
        return Err(format!("{} is not a folder", folder.display()));
    }
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            below(&path, found)?;
        } else if [".json", ".yaml", ".yml"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            found.push(path);
        }
    }
    Ok(())
}

fn cell(text: &str) -> String {
    spelt_out(text).replace('|', "\\|")
}
