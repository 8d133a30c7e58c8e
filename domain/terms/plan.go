package terms

// Plan names a support plan that a customer may hold.
type Plan string

// The plans. All but the base are add-ons to it (GEN-08).
const (
	Unified         Plan = "unified"      // the base
	UER             Plan = "uer"          // enhanced response for every product
	ARR             Plan = "arr"          // rapid response for Azure
	PlatformMCS     Plan = "platform-mcs" // mission critical services for the Azure platform
	PlatformMCSPlus Plan = "platform-mcs-plus"
	EventMCS        Plan = "event-mcs" // a planned business event on Azure
	EventMCSPlus    Plan = "event-mcs-plus"
	SecurityMCS     Plan = "security-mcs"
	REDE            Plan = "rede" // a designated engineer for reactive work; changes no time
	// The terms of the plans below stand in an exhibit to the work order.
	WorkloadMCS     Plan = "workload-mcs"
	M365MCS         Plan = "m365-mcs"
	GitHubMCS       Plan = "github-mcs"
	MissionCritical Plan = "mission-critical"
)

var knownPlans = []Plan{
	Unified, UER, ARR, PlatformMCS, PlatformMCSPlus, EventMCS, EventMCSPlus,
	SecurityMCS, REDE, WorkloadMCS, M365MCS, GitHubMCS, MissionCritical,
}

// Channel is a way to submit an incident.
type Channel string

// The channels. A portal is a web page too: where the web is accepted, so is the
// portal, but not the other way round.
const (
	Portal Channel = "portal" // the cloud service's own portal
	Phone  Channel = "phone"
	Web    Channel = "web" // the support web site
	Chat   Channel = "chat"
)

// Clock says which time a duration is counted in.
type Clock string

// The clocks.
const (
	AroundTheClock Clock = "24x7"     // elapsed time, every day
	BusinessHours  Clock = "business" // the contact's working hours (A1-F5)
)

// Cloud says which Azure cloud the affected subscription lives in.
type Cloud string

// The clouds. The others than the public one are on several exclusion lists.
const (
	PublicCloud Cloud = ""
	USGovCloud  Cloud = "us-gov"
	ChinaCloud  Cloud = "china"
)
