//! Writing feeds.toml in one step.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// What a patch calls the file. It is applied beside it: no tool takes absolute paths.
pub(super) fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| "feeds.toml".into(), |name| name.to_string_lossy().into_owned())
}

/// The text of the file; `None` where there is none yet.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Writes `new` in place of `old` in one step, with the permissions that the file has. A link stays a link. Where
/// nothing was, the file is made.
pub(super) fn replace(path: &Path, old: Option<&str>, new: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    if old.is_none() && path.is_symlink() {
        bail!("{} is a link to a file that is not there: make that file, or remove the link", path.display());
    }
    let path = match old {
        Some(_) => std::fs::canonicalize(path).with_context(|| format!("{} cannot be found", path.display()))?,
        None => path.to_owned(),
    };
    let told = || format!("{} cannot be written", path.display());
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(&beside);
    let mut file = opened.map_err(|error| {
        let left = error.kind() == std::io::ErrorKind::AlreadyExists;
        let advice = if left { "; another command is at it, or left it: then remove it" } else { "" };
        anyhow::Error::new(error).context(format!("{} cannot be made{advice}", beside.display()))
    })?;
    let written = file
        .write_all(new.as_bytes())
        .and_then(|()| match old {
            Some(_) => file.set_permissions(std::fs::metadata(&path)?.permissions()),
            None => Ok(()),
        })
        .and_then(|()| file.sync_all());
    // Somebody may have edited it meanwhile.
    let same = read(&path).is_ok_and(|now| now.as_deref() == old);
    let renamed = written.and_then(|()| if same { std::fs::rename(&beside, &path) } else { Ok(()) });
    if renamed.is_err() || !same {
        let _ = std::fs::remove_file(&beside);
    }
    renamed.with_context(told)?;
    if !same {
        bail!("{} was changed meanwhile; nothing was written, try again", path.display());
    }
    Ok(())
}
