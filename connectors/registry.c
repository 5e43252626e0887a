/* registry - the list of sources; a new one adds its two lines. */
#include "connectors/connector.h"

extern const struct connector connector_household, connector_roster, connector_declaration, connector_deposit,
    connector_property, connector_vehicle, connector_provident_fund, connector_utility, connector_telecom,
    connector_transport, connector_meter;

static const struct connector *const registry[SOURCE_COUNT] = {
    [SOURCE_HOUSEHOLD] = &connector_household,
    [SOURCE_ROSTER] = &connector_roster,
    [SOURCE_DECLARATION] = &connector_declaration,
    [SOURCE_DEPOSIT] = &connector_deposit,
    [SOURCE_PROPERTY] = &connector_property,
    [SOURCE_VEHICLE] = &connector_vehicle,
    [SOURCE_PROVIDENT_FUND] = &connector_provident_fund,
    [SOURCE_UTILITY] = &connector_utility,
    [SOURCE_TELECOM] = &connector_telecom,
    [SOURCE_TRANSPORT] = &connector_transport,
    [SOURCE_METER] = &connector_meter,
};

const struct connector *connector_of(enum source source)
{
    return registry[source];
}
