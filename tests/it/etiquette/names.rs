//! Names of the real world that lead to loopback, for one process: it sees a hosts file of its own.

use std::process::{Command, Stdio};

use super::row::Row;
use crate::support::shared::left_out;

/// A hosts file that stands where the system's is, for those commands that are run with it.
pub struct Names {
    hosts: String,
}

impl Names {
    /// Each name leads to this row's host of that number; `None`, said loudly, where the system has no namespaces for
    /// us, or no second loopback address.
    pub fn new(row: &Row, names: &[(&str, u8)]) -> Option<Self> {
        let path = row.app.path("hosts");
        let hosts = path.display().to_string();
        let subnet = row.origin.authority();
        let subnet = subnet.rsplit_once(".1:").map(|(subnet, _)| subnet.to_owned());
        let lines: String =
            names.iter().map(|(name, n)| format!("{}.{n} {name}\n", subnet.as_deref().unwrap_or_default())).collect();
        row.app.write("hosts", &lines);
        let this = Self { hosts };
        let mut check = Command::new("getent");
        check.args(["hosts", names[0].0]);
        let works = this.known_to(&check).stdout(Stdio::piped()).stderr(Stdio::null()).output();
        if subnet.is_some_and(|subnet| subnet.starts_with("127.47."))
            && works.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("127.47."))
        {
            return Some(this);
        }
        left_out("names of the real world in etiquette tests: needs unshare (util-linux) and the right to use it");
        None
    }

    /// The same command, with these names.
    pub fn known_to(&self, command: &Command) -> Command {
        let mut with = Command::new("unshare");
        let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
        with.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, &self.hosts]);
        with.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
        with.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        with.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(dir) = command.get_current_dir() {
            with.current_dir(dir);
        }
        with
    }
}
