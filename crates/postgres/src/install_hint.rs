//! Returns the command that installs PostgreSQL on this system.

use std::fs;

/// The command that installs the PostgreSQL server on this system, worded to follow "install it with".
pub(crate) fn install_command() -> String {
    if cfg!(target_os = "macos") {
        return "`brew install postgresql@17`".to_owned();
    }
    let os_release = fs::read_to_string("/etc/os-release")
        .or_else(|_| fs::read_to_string("/usr/lib/os-release"))
        .unwrap_or_default();
    for_linux(&os_release).to_owned()
}

/// Looks up the distribution by `ID` first, then by the related distributions in `ID_LIKE`.
fn for_linux(os_release: &str) -> &'static str {
    ["ID", "ID_LIKE"]
        .iter()
        .flat_map(|key| value(os_release, key).split_whitespace())
        .find_map(for_distribution)
        .unwrap_or("your system's package manager (the package is often named postgresql or postgresql-server)")
}

fn for_distribution(id: &str) -> Option<&'static str> {
    Some(match id {
        "debian" | "ubuntu" => "`apt-get install postgresql`",
        "fedora" | "rhel" | "centos" => "`dnf install postgresql-server`",
        "arch" => "`pacman -S postgresql`",
        "alpine" => "`apk add postgresql`",
        "suse" | "opensuse" | "sles" => "`zypper install postgresql-server`",
        _ => return None,
    })
}

fn value<'a>(os_release: &'a str, key: &str) -> &'a str {
    os_release
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| *name == key)
        .map_or("", |(_, value)| value.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::for_linux;

    #[test]
    fn a_distribution_gets_its_own_command() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n";
        assert_eq!(for_linux(debian), "`apt-get install postgresql`");
        assert_eq!(for_linux("ID='alpine'"), "`apk add postgresql`");
    }

    #[test]
    fn a_derived_distribution_gets_the_command_of_its_parent() {
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        assert_eq!(for_linux(mint), "`apt-get install postgresql`");
        let rocky = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
        assert_eq!(for_linux(rocky), "`dnf install postgresql-server`");
        let leap = "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n";
        assert_eq!(for_linux(leap), "`zypper install postgresql-server`");
    }

    #[test]
    fn an_unknown_system_gets_a_general_hint() {
        assert!(for_linux("").contains("package manager"));
    }
}
