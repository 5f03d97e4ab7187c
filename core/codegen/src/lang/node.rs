use minijinja::Environment;

use crate::ir::Api;
use crate::outputs::Outputs;

pub(super) fn render(
    _templates: &Environment<'_>,
    _api: &Api,
    _outputs: &mut Outputs,
) -> Result<(), String> {
    Ok(())
}
