package main

import (
	"encoding/json"
	"net/url"
	"os"
	"strconv"
	"time"

	httptransport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/client/folders"
	"github.com/grafana/grafana-openapi-client-go/client/org"
	"github.com/grafana/grafana-openapi-client-go/client/service_accounts"
	"github.com/grafana/grafana-openapi-client-go/client/teams"
	"github.com/grafana/grafana-openapi-client-go/client/users"
	"github.com/grafana/grafana-openapi-client-go/models"
)

// answers are what Grafana's own client makes of the answers of a server.
type answers struct {
	Organization, Role, Token, Team, Member, Folder string
	Expiration                                      time.Time
	Members, MembersLeft, Tokens, TokensLeft        int
	Permissions, PermissionsAfter                   []*models.DashboardACLInfoDTO
}

// askApi sends each kind of request that the project sends, by Grafana's own client, and prints what it understands of the answers.
func askApi(address, user, password, member string) error {
	at, err := url.Parse(address)
	if err != nil {
		return err
	}
	transport := httptransport.New(at.Host, at.Path+"/api", []string{at.Scheme})
	transport.DefaultAuthentication = httptransport.BasicAuth(user, password)
	found := answers{}
	for _, ask := range []func() error{
		func() error { return askOrganization(&found, org.New(transport, strfmt.Default)) },
		func() error { return askAccounts(&found, service_accounts.New(transport, strfmt.Default)) },
		func() error {
			return askTeams(&found, teams.New(transport, strfmt.Default), users.New(transport, strfmt.Default), member)
		},
		func() error { return askFolders(&found, folders.New(transport, strfmt.Default)) },
	} {
		if err := ask(); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

func askOrganization(found *answers, client org.ClientService) error {
	current, err := client.GetCurrentOrg()
	if err != nil {
		return err
	}
	found.Organization = current.Payload.Name
	return nil
}

func askAccounts(found *answers, client service_accounts.ClientService) error {
	form := &models.CreateServiceAccountForm{Name: "robot", Role: "Viewer"}
	made, err := client.CreateServiceAccount(service_accounts.NewCreateServiceAccountParams().WithBody(form))
	if err != nil {
		return err
	}
	id := made.Payload.ID
	change := service_accounts.NewUpdateServiceAccountParams().WithServiceAccountID(id).WithBody(&models.UpdateServiceAccountForm{Role: "Editor"})
	if _, err := client.UpdateServiceAccount(change); err != nil {
		return err
	}
	name := "robot"
	listed, err := client.SearchOrgServiceAccountsWithPaging(service_accounts.NewSearchOrgServiceAccountsWithPagingParams().WithQuery(&name))
	if err != nil {
		return err
	}
	for _, account := range listed.Payload.ServiceAccounts {
		if account.ID == id {
			found.Role = account.Role
		}
	}
	command := &models.AddServiceAccountTokenCommand{Name: "robot-1", SecondsToLive: 3600}
	token, err := client.CreateToken(service_accounts.NewCreateTokenParams().WithServiceAccountID(id).WithBody(command))
	if err != nil {
		return err
	}
	found.Token = token.Payload.Key
	tokens, err := client.ListTokens(id)
	if err != nil {
		return err
	}
	found.Tokens = len(tokens.Payload)
	if found.Tokens > 0 {
		found.Expiration = time.Time(tokens.Payload[0].Expiration)
	}
	if _, err := client.DeleteToken(token.Payload.ID, id); err != nil {
		return err
	}
	tokens, err = client.ListTokens(id)
	if err != nil {
		return err
	}
	found.TokensLeft = len(tokens.Payload)
	return nil
}

func askTeams(found *answers, client teams.ClientService, people users.ClientService, member string) error {
	name := "robots"
	if _, err := client.CreateTeam(&models.CreateTeamCommand{Name: &name}); err != nil {
		return err
	}
	listed, err := client.SearchTeams(teams.NewSearchTeamsParams().WithQuery(&name))
	if err != nil {
		return err
	}
	id := ""
	for _, team := range listed.Payload.Teams {
		if *team.Name == name {
			found.Team, id = *team.Name, strconv.FormatInt(*team.ID, 10)
		}
	}
	user, err := people.GetUserByLoginOrEmail(member)
	if err != nil {
		return err
	}
	if _, err := client.AddTeamMember(id, &models.AddTeamMemberCommand{UserID: &user.Payload.ID}); err != nil {
		return err
	}
	members, err := client.GetTeamMembers(id)
	if err != nil {
		return err
	}
	found.Members = len(members.Payload)
	for _, there := range members.Payload {
		if there.UserID == user.Payload.ID {
			found.Member = there.Login
		}
	}
	if _, err := client.RemoveTeamMember(user.Payload.ID, id); err != nil {
		return err
	}
	members, err = client.GetTeamMembers(id)
	if err != nil {
		return err
	}
	found.MembersLeft = len(members.Payload)
	return nil
}

func askFolders(found *answers, client folders.ClientService) error {
	limit := int64(1000)
	listed, err := client.GetFolders(folders.NewGetFoldersParams().WithLimit(&limit))
	if err != nil {
		return err
	}
	folder := listed.Payload[0]
	found.Folder = folder.Title
	before, err := client.GetFolderPermissionList(folder.UID)
	if err != nil {
		return err
	}
	found.Permissions = before.Payload
	wanted := &models.UpdateDashboardACLCommand{Items: []*models.DashboardACLUpdateItem{{Role: "Viewer", Permission: 1}}}
	if _, err := client.UpdateFolderPermissions(folder.UID, wanted); err != nil {
		return err
	}
	after, err := client.GetFolderPermissionList(folder.UID)
	if err != nil {
		return err
	}
	found.PermissionsAfter = after.Payload
	return nil
}
